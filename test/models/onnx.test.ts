/** onnxruntime-node over a tiny random model in both forms that exporters write. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelSource } from "@tokenmill/core";
import { createOnnxModel, type OnnxModelOptions } from "@tokenmill/onnx";
import { afterAll, describe, expect, it } from "vitest";
import { describeModel } from "./conformance.ts";
import type { GraphForm } from "./onnx/decoder.ts";
import { tinyEos, tinyOnnxVocabSize } from "./onnx/tokenizerJson.ts";
import { writeTinyOnnx } from "./onnx/writeTinyOnnx.ts";
import { hasRuntime, runtimesDirectory } from "./runtimes/runtimes.ts";

const directory = mkdtempSync(join(tmpdir(), "tokenmill-onnx-"));
afterAll(() => rmSync(directory, { recursive: true }));
const folderOf = (form: GraphForm): string => join(directory, form);
writeTinyOnnx(folderOf("optimum"), "optimum");
writeTinyOnnx(folderOf("shared"), "shared");

const signal = new AbortController().signal;
const open = (form: GraphForm, options: Partial<OnnxModelOptions> = {}): Promise<ModelSource> =>
  createOnnxModel({
    modelPath: folderOf(form),
    runtimeDirectory: runtimesDirectory,
    sequences: 4,
    contextTokens: 96,
    threads: 1,
    ...options,
  });
const sharedRow = (): Float32Array => new Float32Array(new SharedArrayBuffer(4 * tinyOnnxVocabSize));
/** A copy of the folder in which a file is another. */
function changed(form: GraphForm, name: string, content: string | undefined): string {
  const folder = mkdtempSync(join(directory, "changed-"));
  cpSync(folderOf(form), folder, { recursive: true });
  if (content === undefined) rmSync(join(folder, name), { recursive: true });
  else writeFileSync(join(folder, name), content);
  return folder;
}

describe.skipIf(!hasRuntime("onnxruntime-node"))("onnxruntime", () => {
  describe.each<GraphForm>(["shared", "optimum"])("a graph in the %s form", (form) => {
    describeModel({ open: () => open(form), tolerance: 1e-4 });
  });

  it("both forms give the same rows, for slots of all lengths, full ones among them", async () => {
    const models = await Promise.all([open("optimum"), open("shared")]);
    const lengths = [17, 96, 1, 40];
    const rowsOf = async (model: ModelSource): Promise<Float32Array[]> => {
      const history = (slot: number, length: number) =>
        Int32Array.from({ length }, (_, i) => (i * 7 + slot * 31) % 250);
      for (const [slot, length] of lengths.entries()) {
        for (let position = 0; position < length; position += 48) {
          const tokenIds = history(slot, length).slice(position, position + 48);
          await model.step([{ slot, position, tokenIds, rows: [] }], signal);
        }
      }
      const rows = [sharedRow(), sharedRow(), sharedRow()] as const;
      // slot 1 is full and idle between others, slot 2 goes on by two tokens
      const decode = (slot: number, target: Float32Array, at = lengths[slot]!, tokenIds = Int32Array.of(77)) => ({
        slot,
        position: at,
        tokenIds,
        rows: [{ index: tokenIds.length - 1, target }],
      });
      await model.step([decode(0, rows[0]), decode(2, rows[1], 1, Int32Array.of(5, 6)), decode(3, rows[2])], signal);
      const last = [sharedRow(), sharedRow()] as const;
      model.truncate(1, 95);
      await model.step([decode(1, last[0], 95), decode(3, last[1], 41)], signal);
      return [...rows, ...last];
    };
    const [expected, rows] = await Promise.all(models.map(rowsOf));
    for (const [i, row] of rows!.entries()) {
      const worst = row.reduce((most, x, id) => Math.max(most, Math.abs(x - expected![i]![id]!)), 0);
      expect(worst, `row ${i}`).toBeLessThan(1e-4);
    }
    await Promise.all(models.map((model) => model.close()));
  });

  it("has the folder's tokenizer, ends of text, context and chat template", async () => {
    const model = await open("shared", { contextTokens: undefined as never });
    const { tokenizer } = model;
    expect(model).toMatchObject({
      vocabSize: tinyOnnxVocabSize,
      eosTokenIds: [tinyEos.id],
      limits: { contextTokens: 256 },
    });
    expect(model.chatTemplate).toMatchObject({ bosToken: "<s>", eosToken: "</s>" });
    expect(tokenizer.encode(" a</s>")).toHaveLength(5);
    expect(tokenizer.encode(" a</s>", { special: true })).toEqual([256, tinyEos.id]);
    expect(tokenizer.tokenBytes(tinyEos.id)).toEqual(new Uint8Array(0));
    expect(tokenizer.specialTokens?.get(tinyEos.id)).toBe("</s>");
    await model.close();
  });

  it("opens a graph that is named, with the folder around it", async () => {
    const model = await open("shared", { modelPath: join(folderOf("shared"), "onnx", "model.onnx") });
    expect(await model.fingerprint!()).toMatch(/^\["onnxruntime","[0-9a-f]{64}"\]$/);
    await model.close();
  });

  it("a step that the runtime refuses fails alone, and the slots are as they were", async () => {
    const model = await open("shared");
    const [row, again] = [sharedRow(), sharedRow()];
    const item = (position: number, target: Float32Array, ...ids: number[]) => {
      return { slot: 0, position, tokenIds: Int32Array.from(ids), rows: [{ index: ids.length - 1, target }] };
    };
    await model.step([item(0, row, 1, 2, 3)], signal);
    await expect(model.step([item(3, again, 9), { ...item(0, again, 1, 99_999), slot: 1 }], signal)).rejects.toThrow(
      /out of data bounds/,
    );
    await model.step([item(3, row, 9)], signal);
    model.truncate(0, 0);
    await model.step([item(0, again, 1, 2, 3, 9)], signal);
    again.forEach((x, id) => expect(row[id]).toBeCloseTo(x, 4));
    await model.close();
  });

  it.each<[Partial<OnnxModelOptions>, string]>([
    [{ modelPath: 1 as never }, `"modelPath" expected string, got 1`],
    [{ sequences: 0 }, `"sequences" expected integer in [1, 256], got 0`],
    [{ stepTokens: 3 }, `"stepTokens" expected integer in [4, 2048], got 3`],
    [{ contextTokens: 257 }, `"contextTokens" expected integer in [16, 256], got 257`],
    [{ threads: Number.NaN }, `"threads" expected integer in [1, 256], got NaN`],
    [{ sequnces: 2 } as object, `unknown ONNX option "sequnces", did you mean "sequences"?`],
    [{ modelPath: join(directory, "none") }, "ENOENT"],
    [{ runtimeDirectory: directory }, "ONNX models need a runtime that is not installed: npm install onnxruntime-node"],
  ])("refuses %o", async (wrong, message) => {
    await expect(open("shared", wrong)).rejects.toThrow(message);
  });

  it.each<[file: string, content: string | undefined, message: string | RegExp]>([
    ["tokenizer.json", undefined, `"modelPath" expected a folder with tokenizer.json, got `],
    ["tokenizer.json", "{", /tokenizer\.json is no JSON: /],
    ["onnx", undefined, `"modelPath" expected a folder with a graph (model.onnx or onnx/model.onnx), got `],
    ["onnx/model.onnx", "no graph", /protobuf/i],
  ])("refuses a folder whose %s is %o", async (name, content, message) => {
    await expect(open("shared", { modelPath: changed("shared", name, content) })).rejects.toThrow(message);
  });

  it("refuses a graph whose inputs it cannot give, by name", async () => {
    const graph = readFileSync(join(folderOf("shared"), "onnx", "model.onnx"), "latin1");
    const other = graph.replaceAll("attention_mask", "attention_bias");
    const folder = changed("shared", "config.json", "{}");
    writeFileSync(join(folder, "onnx", "model.onnx"), other, "latin1");
    await expect(open("shared", { modelPath: folder })).rejects.toThrow(/beside keys and values, got attention_bias/);
  });
});

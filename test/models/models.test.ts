import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLlamaModel } from "@tokenmill/llama";
import { afterAll, describe, expect, it } from "vitest";
import { createToyModel } from "./toyModel.ts";
import { describeModel } from "./conformance.ts";
import { tinyVocabSize, writeTinyGguf } from "./tinyGguf.ts";

const directory = mkdtempSync(join(tmpdir(), "tokenmill-models-"));
afterAll(() => rmSync(directory, { recursive: true }));
const modelPath = join(directory, "tiny.gguf");
writeTinyGguf(modelPath);
const quantizedPath = join(directory, "tiny-q8_0.gguf");
writeTinyGguf(quantizedPath, "q8_0");

/** From so many tokens a step on AMX has kernels of its own, whose rows are others. */
const amxTokens = 32;
const hasAmx = process.platform === "linux" && readFileSync("/proc/cpuinfo", "utf8").includes("amx_int8");
const deterministic = { deterministic: true, modelPath: quantizedPath, ...(hasAmx && { stepTokens: amxTokens - 1 }) };
const open = { modelPath, sequences: 3, contextTokens: 128, threads: 1 };
/** The libraries that are installed are those of this platform. */
const hasLibraries = process.platform === "linux" && process.arch === "x64";

describe.skipIf(!hasLibraries)("llama.cpp, from a GGUF file", () => {
  describe("by default", () => {
    describeModel({ open: () => createLlamaModel(open), tolerance: 5e-3 });
  });
  describe("deterministic", () => {
    describeModel({
      open: () => createLlamaModel({ ...open, ...deterministic }),
      tolerance: 0,
    });
  });

  it("is deterministic on two threads, for sequences of more cells than one of them takes", {
    timeout: 120_000,
  }, async () => {
    const options = { ...open, ...deterministic, threads: 2, contextTokens: 400 };
    const model = await createLlamaModel(options);
    const tokenIds = Int32Array.from({ length: 300 }, (_, i) => 70 + ((i * 7) % 40));
    const { signal } = new AbortController();
    const rows: Float32Array[] = [];
    for (const singles of [0, 12]) {
      const row = new Float32Array(model.vocabSize);
      for (let at = 0; at < 300; ) {
        const count = at >= 300 - singles ? 1 : Math.min(24, 300 - singles - at);
        const wanted = at + count === 300 ? [{ index: count - 1, target: row }] : [];
        const company = { slot: 2, position: 0, tokenIds: tokenIds.subarray(0, 1), rows: [] };
        const item = { slot: 0, position: at, tokenIds: tokenIds.subarray(at, at + count), rows: wanted };
        await model.step(at % 5 === 0 ? [item, company] : [item], signal);
        model.truncate(2, 0);
        at += count;
      }
      rows.push(row);
      model.truncate(0, 0);
    }
    expect(rows[0]).toEqual(rows[1]);
    await model.close();
  });

  it("refuses to be deterministic where the model's kernels are not", async () => {
    await expect(createLlamaModel({ ...open, deterministic: true })).rejects.toThrow(
      /"deterministic" expected a model whose rows do not depend on how tokens are split into steps, got rows that differ by /,
    );
  });

  it.runIf(hasAmx)("refuses it where only long steps take other kernels", async () => {
    const long = { ...open, ...deterministic, stepTokens: amxTokens };
    await expect(createLlamaModel(long)).rejects.toThrow(/got rows that differ by .* in steps of up to 32 /);
  });

  it("has the file's tokenizer, end of text and chat template", async () => {
    const model = await createLlamaModel(open);
    expect(model.vocabSize).toBe(tinyVocabSize);
    expect(model.tokenizer.eosTokenId).toBe(2);
    expect(model.tokenizer.tokenBytes(2)).toEqual(new Uint8Array(0));
    expect(model.chatTemplate).toMatchObject({ bosToken: "<s>", eosToken: "</s>" });
    const { tokenizer } = model;
    expect(tokenizer.tokenBytes(70)).toHaveLength(1);
    await model.close();
    // what was freed is not read
    for (const use of [() => tokenizer.encode("a"), () => tokenizer.tokenBytes(71)]) {
      expect(use).toThrow("the model of this tokenizer was closed");
    }
    for (const use of [() => model.truncate(0, 0), () => model.fork(0, 1, 0)]) expect(use).toThrow("was closed");
    expect(tokenizer.tokenBytes(70)).toHaveLength(1);
  });

  it.each([
    [{ modelPath: 1 }, `"modelPath" expected string, got 1`],
    [{ sequences: 0 }, `"sequences" expected integer in [1, 256], got 0`],
    [{ stepTokens: 2 }, `"stepTokens" expected integer in [3, 2048], got 2`],
    [{ deterministic: true, stepTokens: 64 }, `"stepTokens" expected integer in [3, 63], got 64`],
    [{ threads: Number.NaN }, `"threads" expected integer in [1, 256], got NaN`],
    [{ contextTokens: 15 }, `"contextTokens" expected integer in [16, 1048576], got 15`],
    [{ sequnces: 2 }, `unknown llama option "sequnces", did you mean "sequences"?`],
    [{ libraryDirectory: tmpdir() }, /"libraryDirectory" expected a directory with libggml-base, got /],
  ])("refuses %o", async (wrong, message) => {
    await expect(createLlamaModel({ ...open, ...wrong } as typeof open)).rejects.toThrow(message);
  });

  it("refuses a file that is no model, by name", async () => {
    const path = join(import.meta.dirname, "package.json");
    await expect(createLlamaModel({ ...open, modelPath: path })).rejects.toThrow(
      `"modelPath" expected a GGUF model, which begins with "GGUF", got ${JSON.stringify(path)}`,
    );
    const cutPath = join(directory, "cut.gguf");
    writeFileSync(cutPath, readFileSync(modelPath).subarray(0, -1000));
    await expect(createLlamaModel({ ...open, modelPath: cutPath })).rejects.toThrow(/cut\.gguf": it may be cut short/);
    await expect(createLlamaModel({ ...open, modelPath: join(directory, "none") })).rejects.toThrow("ENOENT");
    await expect(createLlamaModel({ ...open, modelPath: directory })).rejects.toThrow("EISDIR");
  });
});

describe("a toy that holds its caller to the contract", () => {
  describeModel({ open: () => Promise.resolve(createToyModel({ vocabSize: 257 })), tolerance: 0 });
});

/** `tokenmill sample` as a user runs it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSampler } from "@tokenmill/core";
import { createEmbeddedModel } from "@tokenmill/embedded-model";
import { writeNpy } from "@tokenmill/sources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linesOf, tokenmill } from "./helpers/tokenmill.ts";

interface Line {
  row: number;
  draw?: number;
  tokenId: number;
  logprob: number;
  keptCount?: number;
  topLogprobs?: { tokenId: number; logprob: number }[];
  namedLogprobs?: { tokenId: number; logprob: number | null }[];
  samplingMask?: number[] | "all";
  error?: { code: string; message: string; index?: number };
}

const folder = mkdtempSync(join(tmpdir(), "tokenmill-sample-"));
afterAll(() => rmSync(folder, { recursive: true }));
const rowCount = 150;
const vocabSize = 1003;
const good = join(folder, "good.npy");
const data = Float32Array.from({ length: rowCount * vocabSize }, (_, i) => 4 * Math.sin(i * 12.9898) + (i % 7));
beforeAll(() => writeNpy(good, { dtype: "f32", shape: [rowCount, vocabSize], data }));

describe("rows of a file", () => {
  it("are drawn as positions of sequence 0: what the single-thread sampler gives, for any number of workers", async () => {
    const flags = ["--top-k", "20", "--temperature", "0.7", "--seed", "5", "--json"];
    const outputs = await Promise.all(
      ["0", "1", "2"].map(async (workers) => {
        const { code, stdout } = await tokenmill(["sample", "--logits", good, ...flags, "--workers", workers]);
        expect(code).toBe(0);
        return stdout;
      }),
    );
    expect(new Set(outputs).size).toBe(1);
    const sampler = await createSampler({ vocabSize });
    const expected = Array.from({ length: rowCount }, (_, position) => {
      const row = data.subarray(position * vocabSize, (position + 1) * vocabSize);
      const params = { topK: 20, temperature: 0.7, seed: 5, logprobs: 0 };
      const { tokenId, logprob, rank, keptCount } = sampler.sample(row, params, { position });
      return { row: position, tokenId, logprob, rank, keptCount };
    });
    expect(linesOf<Line>(outputs[0]!)).toEqual(expected);
  });

  it("take ids and histories of their own, and several draws", async () => {
    const ids = join(folder, "ids.ndjson");
    const own = Array.from({ length: rowCount }, (_, i) => ({
      sequenceId: 9,
      position: 4,
      history: [i, i],
      promptLength: 1,
    }));
    writeFileSync(ids, own.map((id) => JSON.stringify(id)).join("\n"));
    const args = ["sample", "--logits", good, "--ids", ids, "--repetition-penalty", "1e9", "--top-k", "1", "--json"];
    const { stdout } = await tokenmill([...args, "--draws", "2"]);
    const lines = linesOf<Line>(stdout);
    expect(lines.map(({ row, draw }) => [row, draw])).toEqual(
      Array.from({ length: 2 * rowCount }, (_, i) => [i >> 1, i & 1]),
    );
    lines.forEach(({ row, tokenId }) => expect(tokenId).not.toBe(row));
  });

  it("may be f16, and give the most probable tokens", async () => {
    const path = join(folder, "half.npy");
    await writeNpy(path, {
      dtype: "f16",
      shape: [2, 3],
      data: Uint16Array.of(0x3c00, 0x4000, 0, 0x4000, 0xfc00, 0x3c00),
    });
    const { stdout } = await tokenmill(["sample", "--logits", path, "--logprobs", "2", "--temperature", "0", "--json"]);
    const lines = linesOf<Line>(stdout);
    expect(lines.map(({ tokenId }) => tokenId)).toEqual([1, 0]);
    expect(lines[1]!.topLogprobs!.map(({ tokenId }) => tokenId)).toEqual([0, 2]);
    expect(lines[1]!.logprob).toBeCloseTo(-Math.log(1 + Math.exp(-1)), 6);
    const masked = await tokenmill(["sample", "--logits", path, "--sampling-mask", "true", "--top-k", "2", "--json"]);
    expect(linesOf<Line>(masked.stdout).map(({ samplingMask }) => samplingMask)).toEqual([[0, 1], "all"]);
    const named = await tokenmill([
      ...["sample", "--logits", path, "--logprob-token-ids", "2,1", "--temperature", "0", "--json"],
    ]);
    const [first, second] = linesOf<Line>(named.stdout);
    expect(first!.namedLogprobs!.map(({ tokenId }) => tokenId)).toEqual([2, 1]);
    expect(first!.topLogprobs).toBeUndefined();
    expect(second!.namedLogprobs).toEqual([
      { tokenId: 2, logprob: expect.closeTo(-Math.log(1 + Math.E), 6) as number },
      { tokenId: 1, logprob: null },
    ]);
  });

  it("that cannot be sampled fail alone: NaN, +Infinity, nothing but -Infinity", async () => {
    const path = join(folder, "bad.npy");
    const rows = new Float32Array(5 * 70);
    rows[70 + 5] = Number.NaN;
    rows.fill(-Infinity, 140, 210);
    rows[210 + 7] = Infinity;
    await writeNpy(path, { dtype: "f32", shape: [5, 70], data: rows });
    const { code, stdout, stderr } = await tokenmill(["sample", "--logits", path, "--json"]);
    const lines = linesOf<Line>(stdout);
    expect(lines.map(({ error }) => error && [error.code, error.index])).toEqual([
      undefined,
      ["nan_logits", 5],
      ["all_tokens_masked", undefined],
      ["positive_infinity_logits", 7],
      undefined,
    ]);
    expect(stderr).toContain("row 1: logits expected numbers, got NaN at index 5");
    expect(code).toBe(1);
  });

  it("go to --output; an array without rows gives nothing", async () => {
    const output = join(folder, "tokens.ndjson");
    expect((await tokenmill(["sample", "--logits", good, "--output", output])).code).toBe(0);
    expect(linesOf(readFileSync(output, "utf8"))).toHaveLength(rowCount);
  });
});

describe("what makes no sense", () => {
  it.each([
    ["another length", ["--logits", good, "--vocab-size", "5"], 2, '"vocabSize" expected 5, got rows of 1003'],
    [
      "a bias outside",
      ["--logits", good, "--logit-bias", '{"1003": 1}'],
      2,
      '"logitBias" expected keys that are token ids in [0, ',
    ],
    ["no file", ["--logits", join(folder, "none.npy")], 1, "no such file or directory (ENOENT)"],
    ["ids too few", ["--logits", good, "--ids", "short"], 2, '"ids" expected 150 lines, one for each row, got 1'],
    [
      "an id's field",
      ["--logits", good, "--ids", "typo"],
      2,
      'line 1: unknown field "positon", did you mean "position"?',
    ],
    ["a parameter", ["--logits", good, "--params", "typo"], 2, 'unknown parameter "positon"'],
    ["a full disk", ["--logits", good, "--output", "/dev/full"], 1, "no space left on device (ENOSPC)"],
  ])("%s is refused by name", async (_title, args, expectedCode, message) => {
    writeFileSync(join(folder, "short"), '{"position": 1}\n');
    writeFileSync(join(folder, "typo"), '{"positon": 1}\n');
    const { code, stderr } = await tokenmill(["sample", ...args], { cwd: folder });
    expect(stderr).toContain(message);
    expect(code).toBe(expectedCode);
  });

  it("a truncated array and one of another dtype say what was expected", async () => {
    writeFileSync(join(folder, "truncated.npy"), readFileSync(good).subarray(0, 4000));
    const truncated = await tokenmill(["sample", "--logits", join(folder, "truncated.npy")]);
    expect(truncated.stderr).toMatch(/expected 601928 bytes, got 4000: the file is truncated/);
    writeFileSync(
      join(folder, "double.npy"),
      readFileSync(good).toString("latin1").replace("'<f4'", "'<f8'"),
      "latin1",
    );
    const double = await tokenmill(["sample", "--logits", join(folder, "double.npy")]);
    expect(double.stderr).toContain("expected dtype float32 (<f4) or float16 (<f2), got float64 (<f8)");
    expect([truncated.code, double.code]).toEqual([1, 1]);
  });
});

describe("forms of the output", () => {
  const tokens = 50_257;
  const rows = join(folder, "r50k.npy");
  const values = Float32Array.from({ length: 6 * tokens }, (_, i) => 4 * Math.sin(i * 12.9898));
  beforeAll(() => writeNpy(rows, { dtype: "f32", shape: [6, tokens], data: values }));

  it("say what may follow the history behind its prompt", async () => {
    const { tokenizer } = await createEmbeddedModel();
    const ids = join(folder, "forms.ndjson");
    const history = [...tokenizer.encode("the prompt"), ...tokenizer.encode("12")];
    const promptLength = history.length - tokenizer.encode("12").length;
    writeFileSync(ids, Array(6).fill(JSON.stringify({ history, promptLength })).join("\n"));
    const args = ["sample", "--logits", rows, "--ids", ids, "--regex", "12[a-c]{40}", "--json", "--draws", "3"];
    const { code, stdout } = await tokenmill(args);
    const texts = linesOf<Line>(stdout).map(({ tokenId }) => Buffer.from(tokenizer.tokenBytes(tokenId)).toString());
    expect(texts).toHaveLength(18);
    for (const text of texts) expect(text).toMatch(/^[a-c]+$/);
    expect(code).toBe(0);
  });

  it("are refused for rows of another vocabulary", async () => {
    const { code, stderr } = await tokenmill(["sample", "--logits", good, "--regex", "a"]);
    expect(stderr).toContain("--regex expected rows of r50k's 50257 tokens, got rows of 1003");
    expect(code).toBe(2);
  });
});

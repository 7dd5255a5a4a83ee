import { describe, expect, it } from "vitest";
import { createKernels, variants } from "../testing/createKernels.ts";
import { gaussianRow } from "../testing/random.ts";
import { rowIn, widen } from "../testing/widths.ts";
import { SampleError } from "../records/sampleResult.ts";
import { createSampler } from "./sampler.ts";
import { layOutSampler } from "./samplerMemory.ts";
import type { Sampler } from "./types.ts";

const kinds = variants.flatMap((variant) => (["f32", "f16", "bf16"] as const).map((dtype) => ({ variant, dtype })));

function errorOf(run: () => unknown): SampleError {
  try {
    run();
  } catch (error) {
    if (error instanceof SampleError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe.each(kinds)("rows that cannot be sampled, $variant build, $dtype", ({ variant, dtype }) => {
  const size = 257;
  const badRow = (values: Record<number, number>): Float32Array | Uint16Array => {
    const row = gaussianRow(size, 2, 5);
    for (const [id, x] of Object.entries(values)) row[Number(id)] = x;
    const patterns = rowIn(dtype, row).row;
    const nan = { f32: Number.NaN, f16: 0x7e01, bf16: 0x7fc1 }[dtype];
    for (const [id, x] of Object.entries(values)) if (Number.isNaN(x)) patterns[Number(id)] = nan;
    return patterns;
  };

  it("NaN: nan_logits with the first index, wherever it is", async () => {
    const sampler = await createSampler({ vocabSize: size, dtype, variant });
    for (const index of [0, 1, 63, 64, 255, 256]) {
      const rows = [
        { [index]: Number.NaN },
        { [index]: Number.NaN, 256: Number.NaN, 0: index ? Infinity : Number.NaN },
      ];
      for (const values of rows) {
        for (const run of [
          () => sampler.sample(badRow(values), { topK: 3 }),
          () => sampler.distribution(badRow(values), { topK: 3 }),
        ]) {
          const error = errorOf(run);
          expect(error.code).toBe("nan_logits");
          expect(error.message).toBe(`logits expected numbers, got NaN at index ${index}`);
        }
      }
    }
  });

  it("+Infinity: positive_infinity_logits with the first index", async () => {
    const sampler = await createSampler({ vocabSize: size, dtype, variant });
    for (const index of [0, 63, 64, 256]) {
      const error = errorOf(() => sampler.sample(badRow({ [index]: Infinity, 256: Infinity }), {}));
      expect(error.code).toBe("positive_infinity_logits");
      expect(error.message).toBe(`logits expected values below Infinity, got Infinity at index ${index}`);
    }
  });

  it("nothing left: all_tokens_masked", async () => {
    const sampler = await createSampler({ vocabSize: size, dtype, variant });
    const empty = rowIn(dtype, new Float32Array(size).fill(-Infinity)).row;
    const one = rowIn(dtype, new Float32Array(size).fill(-Infinity).fill(1, 100, 101)).row;
    for (const run of [
      () => sampler.sample(empty, {}),
      () => sampler.distribution(empty, {}),
      () => sampler.sample(one, { bannedTokenIds: [100] }),
      () => sampler.sample(one, { allowedTokenIds: [99, 101] }),
      () => sampler.sample(one, { logitBias: { 100: -100 } }),
      () => sampler.distribution(one, { minTokens: 1, stopTokenIds: [100] }),
    ]) {
      const error = errorOf(run);
      expect(error.code).toBe("all_tokens_masked");
      expect(error.message).toBe("no token can be drawn: every logit is -Infinity, or every token is banned");
    }
    expect(sampler.sample(one, { temperature: 2 }).tokenId).toBe(100);
  });
});

it("a row that fails leaves the sampler as it was", async () => {
  const sampler = await createSampler({ vocabSize: 300 });
  const row = gaussianRow(300, 2, 1);
  const params = { topP: 0.9, repetitionPenalty: 1.3, seed: 3 };
  const draw = { history: [5, 6, 7] };
  const before = sampler.sample(row, params, draw).tokenId;
  const bad = row.slice();
  bad[299] = Number.NaN;
  expect(errorOf(() => sampler.sample(bad, params, draw)).code).toBe("nan_logits");
  expect(sampler.sample(row, params, draw).tokenId).toBe(before);
});

describe.each(variants)("numbers at the edge, %s build", (variant) => {
  it("-0 is 0: equals by lowest id", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    for (const row of [
      [-1, -0, 0, -0],
      [-1, 0, -0, 0],
    ]) {
      const { tokenIds, probs } = sampler.distribution(row, {});
      expect(Array.from(tokenIds)).toEqual([1, 2, 3, 0]);
      expect(probs[0]).toBe(probs[2]);
      expect(sampler.sample(row, { temperature: 0 }).tokenId).toBe(1);
      expect(sampler.sample(row, { topK: 1 }).tokenId).toBe(1);
      expect(sampler.sample(row, { topK: 1, logprobs: 3 }).rank).toBe(1);
    }
  });

  it("subnormal logits are ordered and weigh as 1", async () => {
    const sampler = await createSampler({ vocabSize: 3, variant });
    const row = [2 ** -149, 2 ** -148, -(2 ** -149)];
    expect(sampler.sample(row, { temperature: 0 }).tokenId).toBe(1);
    const { tokenIds, probs } = sampler.distribution(row, {});
    expect(Array.from(tokenIds)).toEqual([1, 0, 2]);
    for (const p of probs) expect(p).toBeCloseTo(1 / 3, 15);
  });

  it("the largest floats: no overflow", async () => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const most = 3.4028234663852886e38;
    const row = [most, -most, most, 0];
    expect(Array.from(sampler.distribution(row, {}).probs)).toEqual([0.5, 0.5, 0, 0]);
    expect(Array.from(sampler.distribution(row, { topNSigma: 1 }).tokenIds)).toEqual([0, 2]);
    expect(sampler.sample(row, { logitBias: { 2: 100 }, temperature: 0 }).tokenId).toBe(0);
    // a penalty that would overflow leaves the largest float, neither NaN nor Infinity
    const history = [1];
    const { tokenIds } = sampler.distribution(row, { repetitionPenalty: 1e30 }, { history });
    expect(Array.from(tokenIds)).toEqual([0, 2, 3, 1]);
  });

  it("topK 0 is off; k at or above the vocabulary keeps all", async () => {
    const sampler = await createSampler({ vocabSize: 300, variant });
    const row = gaussianRow(300, 1, 2);
    const all = sampler.distribution(row, {});
    for (const topK of [0, 300, 301, 2 ** 31 - 1]) expect(sampler.distribution(row, { topK })).toEqual(all);
    for (const topK of [1, 2, 63, 64, 65, 299]) {
      expect(Array.from(sampler.distribution(row, { topK }).tokenIds)).toEqual(Array.from(all.tokenIds.slice(0, topK)));
    }
  });

  it("ties at the k-th: the lowest ids, or all of them in hf", async () => {
    const sampler = await createSampler({ vocabSize: 130, variant });
    const row = new Float32Array(130).fill(1);
    row[129] = 2;
    expect(Array.from(sampler.distribution(row, { topK: 3 }).tokenIds)).toEqual([129, 0, 1]);
    expect(sampler.distribution(row, { topK: 3, profile: "hf" }).tokenIds.length).toBe(130);
  });

  it("an empty history: no penalty, no n-gram", async () => {
    const sampler = await createSampler({ vocabSize: 65, variant });
    const row = gaussianRow(65, 1, 3);
    const params = { repetitionPenalty: 2, frequencyPenalty: 2, presencePenalty: 2, noRepeatNgramSize: 2 };
    expect(sampler.distribution(row, params)).toEqual(sampler.distribution(row, {}));
    const penalised = sampler.distribution(row, params, { history: [4, 5, 4] });
    expect(penalised).not.toEqual(sampler.distribution(row, {}));
    expect(penalised.tokenIds).not.toContain(5);
  });

  it("banned, masked and cut tokens are never drawn in 20,000 draws", async () => {
    const sampler = await createSampler({ vocabSize: 257, variant });
    const row = gaussianRow(257, 1, 4);
    for (let id = 0; id < 257; id += 3) row[id] = -Infinity;
    const bannedTokenIds = Array.from({ length: 80 }, (_, i) => 3 * i + 1);
    for (const params of [
      {},
      { topP: 0.95 },
      { minP: 0.01 },
      { topK: 50, temperature: 2 },
      { topP: 0.999, minP: 1e-9 },
    ]) {
      const plan = sampler.compile({ ...params, bannedTokenIds });
      sampler.row.set(row);
      const allowed = new Set(sampler.distribution(undefined, plan).tokenIds);
      const drawn = new Set<number>();
      for (let position = 0; position < 4000; position++)
        drawn.add(sampler.sample(undefined, plan, { position }).tokenId);
      expect([...drawn].filter((id) => !allowed.has(id) || id % 3 === 0 || bannedTokenIds.includes(id))).toEqual([]);
      expect(drawn.size).toBeGreaterThan(10);
    }
  });
});

it.each(kinds.filter(({ dtype }) => dtype !== "f32"))(
  "every finite $dtype pattern is in its place, $variant build",
  async ({ variant, dtype }) => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) =>
      Number.isFinite(widen(bits, dtype as "f16")),
    );
    const sampler = await createSampler({ vocabSize: patterns.length, dtype, variant });
    const values = Array.from(patterns, (bits) => widen(bits, dtype as "f16"));
    const expected = values.map((_, id) => id).sort((a, b) => values[b]! - values[a]! || a - b);
    expect(sampler.distribution(patterns, {}).tokenIds).toEqual(Int32Array.from(expected));
  },
);

describe("arguments", () => {
  const make = (): Promise<Sampler> => createSampler({ vocabSize: 10, maxHistory: 3, maxLogprobs: 2 });
  const row = new Float32Array(10);

  it.each([
    [{ vocabSize: 0 }, RangeError, '"vocabSize" expected integer in [1, 16777216], got 0'],
    [{ vocabSize: 2 ** 24 + 1 }, RangeError, '"vocabSize" expected integer in [1, 16777216], got 16777217'],
    [{ vocabSize: "10" }, TypeError, '"vocabSize" expected integer in [1, 16777216], got "10"'],
    [{ vocabSize: 10, dtype: "f64" }, RangeError, '"dtype" expected one of "f32", "f16", "bf16", got "f64"'],
    [{ vocabSize: 10, maxLogprobs: -1 }, RangeError, '"maxLogprobs" expected integer in [0, 16777216], got -1'],
    [
      { vocabSize: 10, dtype: "constructor" },
      RangeError,
      '"dtype" expected one of "f32", "f16", "bf16", got "constructor"',
    ],
    [{ vocabSize: 10, variant: "simdd" }, RangeError, '"variant" expected one of "simd", "scalar", got "simdd"'],
    [{ vocabSize: 10, maxHistory: "a" }, TypeError, '"maxHistory" expected integer in [0, 268435456], got "a"'],
    [{ vocabSize: 10, maxHistory: Number.NaN }, RangeError, '"maxHistory" expected integer in [0, 268435456], got NaN'],
    [
      { vocabSize: 10, maxHistory: 2 ** 30 },
      RangeError,
      '"maxHistory" expected integer in [0, 268435456], got 1073741824',
    ],
    [{ vocabSize: 10, maxHistroy: 5 }, TypeError, 'unknown sampler option "maxHistroy", did you mean "maxHistory"?'],
  ])("createSampler refuses %o", async (options, type, message) => {
    await expect(createSampler(options as never)).rejects.toThrow(new type(message));
  });

  it("the largest sizes that are in range fit into 4 GiB, and custom stages' rows into 31 bits", async () => {
    const largest = {
      vocabSize: 2 ** 24,
      maxLogprobs: 2 ** 24,
      maxLogprobTokenIds: 4096,
      maxSamplingMask: 2 ** 24,
      maxHistory: 2 ** 28,
      customStages: { own: () => {} },
    };
    const { kernels } = await createKernels();
    const workspaceBytes = kernels.workspace_bytes(largest.vocabSize) >>> 0;
    const memory = layOutSampler({ ...largest, dtype: "f32", variant: "simd" }, workspaceBytes);
    expect(memory.totalBytes).toBeLessThan(2 ** 32);
    expect(memory.ids).toBeLessThan(2 ** 31);
    expect(memory.workspace - memory.probs).toBeGreaterThanOrEqual(8 * largest.vocabSize);
  });

  it.each([
    [{ position: -1 }, '"position" expected integer in [0, 2147483647], got -1'],
    [{ position: 2 ** 31 }, '"position" expected integer in [0, 2147483647], got 2147483648'],
    [{ position: 0.5 }, '"position" expected integer in [0, 2147483647], got 0.5'],
    [{ sequenceId: -1 }, '"sequenceId" expected safe integer ≥ 0 or bigint in [0, 2^64), got -1'],
    [
      { sequenceId: 1n << 64n },
      '"sequenceId" expected safe integer ≥ 0 or bigint in [0, 2^64), got 18446744073709551616n',
    ],
    [{ seed: 1.5 }, '"seed" expected integer in [-2^63, 2^64), a bigint where it is no safe integer, got 1.5'],
    [{ history: [1, 10] }, '"history[1]" expected token id in [0, 10), got 10'],
    [{ history: [1, -1] }, '"history[1]" expected token id in [0, 10), got -1'],
    [{ history: [Number.NaN] }, '"history[0]" expected token id in [0, 10), got NaN'],
    [{ history: [1, 2, 3, 4] }, '"history" expected at most 3 ids (maxHistory), got 4'],
    [{ history: [1], promptLength: 2 }, '"promptLength" expected integer in [0, 1], got 2'],
    [{ promptLength: -1 }, '"promptLength" expected integer in [0, 0], got -1'],
  ])("sample refuses the draw %o", async (draw, message) => {
    const sampler = await make();
    expect(() => sampler.sample(row, {}, draw)).toThrow(new RangeError(message));
  });

  it.each([
    ["f32", Uint16Array, '"logits" expected numbers (dtype f32), got a Uint16Array'],
    ["f32", BigInt64Array, '"logits" expected numbers (dtype f32), got a BigInt64Array'],
    ["bf16", Float32Array, '"logits" expected bit patterns (dtype bf16), got a Float32Array'],
    ["f16", Float64Array, '"logits" expected bit patterns (dtype f16), got a Float64Array'],
  ] as const)("sample and its siblings refuse to %s a %o", async (dtype, ArrayType, message) => {
    const sampler = await createSampler({ vocabSize: 10, dtype });
    const wrong = new ArrayType(10) as never;
    expect(() => sampler.sample(wrong, {})).toThrow(new TypeError(message));
    expect(() => sampler.distribution(wrong, {})).toThrow(new TypeError(message));
    expect(() => sampler.openSequence({}).next(wrong)).toThrow(new TypeError(message));
  });

  it("guide refuses bit patterns", async () => {
    const sampler = await createSampler({ vocabSize: 10 });
    const message = '"unconditional" expected numbers (dtype f32), got a Uint16Array';
    expect(() => sampler.guide(row, new Uint16Array(10), 1)).toThrow(new TypeError(message));
  });

  it.each([
    ["f32", Float64Array.of(1, 4, 3, 2)],
    ["f32", Int8Array.of(1, 4, 3, 2)],
    ["f32", [1, 4, 3, 2]],
    ["bf16", Uint16Array.of(0x3f80, 0x4080, 0x4040, 0x4000)],
    ["bf16", [0x3f80, 0x4080, 0x4040, 0x4000]],
  ] as const)("a sampler of %s takes %o", async (dtype, logits) => {
    const sampler = await createSampler({ vocabSize: 4, dtype });
    expect(sampler.sample(logits, { temperature: 0 }).tokenId).toBe(1);
  });

  it("sample refuses a row of another length, unknown params and too many logprobs", async () => {
    const sampler = await make();
    expect(() => sampler.sample(new Float32Array(9), {})).toThrow(
      new RangeError('"logits" expected 10 elements (vocabSize), got 9'),
    );
    expect(() => sampler.sample(row, { topk: 3 } as never)).toThrow('unknown parameter "topk", did you mean "topK"?');
    expect(() => sampler.sample(row, { logprobs: 3 })).toThrow(
      new RangeError('"logprobs" expected integer in [0, 2] (maxLogprobs), got 3'),
    );
    expect(() => sampler.distribution(row, { topK: 3 }, { stageCount: 2 })).toThrow(
      new RangeError('"stageCount" expected integer in [0, 1], got 2'),
    );
  });
});

describe("a draw", () => {
  it("is a function of row, params, history, seed, sequence id and position, not of what was drawn before", async () => {
    const sampler = await createSampler({ vocabSize: 500 });
    const rows = [gaussianRow(500, 1, 10), gaussianRow(500, 3, 11)];
    const draws = Array.from({ length: 200 }, (_, i) => ({
      row: rows[i % 2]!,
      params: [{ topP: 0.9 }, { topK: 40, temperature: 1.3 }, {}, { minP: 0.02 }][i % 4]!,
      draw: { seed: i % 7, sequenceId: BigInt(i % 5) << 40n, position: i % 11, history: [i, 2 * i] },
    }));
    const run = (order: typeof draws) =>
      order.map(({ row, params, draw }) => sampler.sample(row, params, draw).tokenId);
    const forwards = run(draws);
    expect(run(draws.toReversed()).toReversed()).toEqual(forwards);
    expect(new Set(forwards).size).toBeGreaterThan(50);
  });

  it("changes with each of seed, sequence id and position, also in their upper words", async () => {
    const sampler = await createSampler({ vocabSize: 4096 });
    const row = new Float32Array(4096);
    const draws = [
      {},
      { seed: 1 },
      { seed: 1n << 32n },
      { sequenceId: 1 },
      { sequenceId: 1n << 32n },
      { position: 1 },
      { position: 1 << 24 },
    ];
    const tokens = draws.map((draw) => sampler.sample(row, {}, draw).tokenId);
    expect(new Set(tokens).size).toBe(draws.length);
    expect(sampler.sample(row, { seed: 1 }).tokenId).toBe(tokens[1]);
    expect(sampler.sample(row, { seed: 1 }, { seed: 0 }).tokenId).toBe(tokens[0]);
  });
});

/** What the kernels do not have fails the row with a status of its own, in both builds, and leaves the row as it was. */
import { describe, expect, it } from "vitest";
import {
  OP_CUSTOM,
  PLAN_HEADER_BYTES,
  RESULT_STATUS,
  STAGE_BYTES,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_OPCODE,
  STATUS_INVALID_PLAN,
} from "../layout.ts";
import { opcodeOf } from "../chain/opcodes.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { samplerNames } from "../samplers/table.ts";
import { createKernels, variants } from "../testing/createKernels.ts";
import { createSampler } from "./sampler.ts";

const row = [1, 4, 2, 3];
const opcodes = new Set(samplerNames.map(opcodeOf));
const unknownOpcodes = [-1, 0, ...Array.from({ length: 100 }, (_, i) => i), 2 ** 31 - 1].filter(
  (opcode) => !opcodes.has(opcode) && opcode !== OP_CUSTOM, // the host's
);
/** Each stage on, with a flag or version that its kernel does not have. */
const codes: [string, SamplingParams, number, number][] = [
  ["penalties", { repetitionPenalty: 2 }, STAGE_FLAGS, 4],
  ["badWords", { badWords: [1] }, STAGE_FLAGS, 2],
  ["topK", { topK: 2 }, STAGE_FLAGS, 2],
  ["topP", { topP: 0.5 }, STAGE_FLAGS, 4],
  ["typicalP", { typicalP: 0.5 }, STAGE_FLAGS, 4],
  ["topH", { topH: 0.5 }, STAGE_FLAGS, 2],
  ["minP", { minP: 0.5 }, STAGE_FLAGS, 1],
  ["temperature", { temperature: 0.5 }, STAGE_FLAGS, 1],
  ["synthId", { synthIdDepth: 3 }, STAGE_FLAGS, 2],
  ["mirostat", { mirostat: 2 }, STAGE_INTEGER, 3],
];

describe.each(variants)("%s kernels", (variant) => {
  it.each(["first", "last"])("fail a row of a plan whose %s opcode is unknown", async (place) => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    for (const opcode of unknownOpcodes) {
      const plan = sampler.compile({ bannedTokenIds: [1], temperature: 0.5, topK: 2 });
      const index = place === "first" ? 0 : 2;
      new DataView(plan.bytes.buffer).setInt32(PLAN_HEADER_BYTES + index * STAGE_BYTES + STAGE_OPCODE, opcode, true);
      for (const call of [() => sampler.sample(row, plan), () => sampler.distribution(row, plan)]) {
        expect(call).toThrow(expect.objectContaining({ code: "invalid_plan" }));
        expect([...sampler.row]).toEqual(row);
      }
    }
    expect(sampler.sample(row, { temperature: 0 }).tokenId).toBe(1);
  });

  it.each(codes)("fail a row whose %s has a code that is unknown", async (_, params, field, code) => {
    const sampler = await createSampler({ vocabSize: 4, variant });
    const plan = sampler.compile(params);
    new DataView(plan.bytes.buffer).setInt32(PLAN_HEADER_BYTES + field, code, true);
    expect(() => sampler.sample(row, plan)).toThrow(expect.objectContaining({ code: "invalid_plan" }));
    expect(() => sampler.distribution(row, plan)).toThrow(expect.objectContaining({ code: "invalid_plan" }));
  });

  it("fail a row of an unknown type, whatever it was before", async () => {
    const { kernels, memory } = await createKernels(variant);
    const words = new Int32Array(memory.buffer);
    for (const dtype of [-1, 3, 99]) {
      words[(1024 + RESULT_STATUS) >> 2] = 0;
      expect(kernels.sample_row(4096, dtype, 4, 0, 0, 2048, 1024, 8192)).toBe(STATUS_INVALID_PLAN);
      expect(words[(1024 + RESULT_STATUS) >> 2]).toBe(STATUS_INVALID_PLAN);
      expect(kernels.transform_row(4096, dtype, 4, 0, 0, 2048, 0, 5120, 1024, 8192)).toBe(STATUS_INVALID_PLAN);
      expect(kernels.score_row(4096, dtype, 4, 0, 0, 2048, 1024, 8192)).toBe(STATUS_INVALID_PLAN);
      expect(kernels.distribution_row(4096, dtype, 4, 0, 0, 2048, 0, 5120, 6144, 8192)).toBe(-STATUS_INVALID_PLAN);
    }
  });
});

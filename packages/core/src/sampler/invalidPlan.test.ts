/** What the kernels do not have fails the row with a status of its own, in both builds, and leaves the row as it was. */
import { describe, expect, it } from "vitest";
import {
  JOB_DTYPE,
  OP_CUSTOM,
  PLAN_HEADER_BYTES,
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
import { placeJob, writeJob } from "../records/job.ts";
import { failResult, outcomeAt } from "../records/result.ts";
import { viewsOf } from "../records/views.ts";
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
  ["topP", { topP: 0.5 }, STAGE_FLAGS, 8],
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
    const views = viewsOf(memory);
    const [job, result, plan, workspace] = [512, 1024, 2048, 8192];
    placeJob(views, job, { row: 4096, dtype: "f32", vocabSize: 4, undo: 0, result });
    writeJob(views, job, { plan, history: 0, historyLength: 0, promptLength: 0, seed: 0, sequenceId: 0, position: 0 });
    for (const dtype of [-1, 3, 99]) {
      views.i32[(job + JOB_DTYPE) >> 2] = dtype;
      for (const call of [
        () => kernels.sample_row(job, workspace),
        () => kernels.transform_row(job, 0, 5120, workspace),
        () => kernels.score_row(job, workspace),
      ]) {
        failResult(views, result, "worker_lost");
        expect(call()).toBe(STATUS_INVALID_PLAN);
        expect(outcomeAt(views, result)).toBe("invalid_plan");
      }
      expect(kernels.distribution_row(job, 0, 5120, 6144, workspace)).toBe(-STATUS_INVALID_PLAN);
    }
  });
});

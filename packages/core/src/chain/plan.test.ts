import { describe, expect, it } from "vitest";
import {
  PLAN_BYTES,
  PLAN_HEADER_BYTES,
  PLAN_LOGPROBS,
  PLAN_LOGPROBS_PROCESSED,
  PLAN_STAGE_COUNT,
  STAGE_BYTES,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_LIST,
  STAGE_LIST_COUNT,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STAGE_OPCODE,
} from "../layout.ts";
import { samplers } from "../samplers/table.ts";
import { opcodeOf } from "./opcodes.ts";
import { compileParams } from "./plan.ts";
import { type ProfileName, profiles } from "../profiles/index.ts";
import type { SamplingParams } from "../params/samplingParams.ts";

const compile = (params: SamplingParams) => compileParams(params, { vocabSize: 100, maxLogprobs: 20 });
const viewOf = ({ bytes }: { bytes: Uint8Array }) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const stageAt = (index: number): number => PLAN_HEADER_BYTES + index * STAGE_BYTES;

/** Settings that leave every stage off. */
const off: SamplingParams = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  dynatempRange: 0,
  smoothingFactor: 0,
  topH: 1,
  topNSigma: 0,
  typicalP: 1,
  epsilonCutoff: 0,
  etaCutoff: 0,
  topA: 0,
  tailFree: 1,
  xtcProbability: 0,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  noRepeatNgramSize: 0,
  logitBias: {},
  bannedTokenIds: [],
  badWords: [],
  pLess: false,
  mirostat: 0,
  adaptiveTarget: -1,
  dryMultiplier: 0,
  minTokens: 0,
  stopTokenIds: [3],
};

describe("plan", () => {
  it.each(Object.keys(profiles) as ProfileName[])("of off settings is empty in profile %s", (profile) => {
    const plan = compile({ ...off, profile });
    expect(plan.stageNames).toEqual([]);
    expect(viewOf(plan).getInt32(PLAN_STAGE_COUNT, true)).toBe(0);
  });

  it("of no settings is empty but for llama.cpp's defaults", () => {
    expect(compile({}).stageNames).toEqual([]);
    expect(compile({ profile: "llama.cpp" }).stageNames).toEqual(["topK", "topP", "minP", "temperature"]);
  });

  it("has the stages that are on in the profile's order, whatever the order of the params", () => {
    const params: SamplingParams = { minP: 0.1, topP: 0.9, topK: 5, temperature: 0.7, repetitionPenalty: 1.1 };
    expect(compile(params).stageNames).toEqual(["penalties", "temperature", "topK", "topP", "minP"]);
    expect(compile({ ...params, profile: "vllm" }).stageNames).toEqual([
      "penalties",
      "temperature",
      "minP",
      "topK",
      "topP",
    ]);
    expect(compile({ ...params, profile: "llama.cpp" }).stageNames).toEqual([
      "penalties",
      "topK",
      "topP",
      "minP",
      "temperature",
    ]);
  });

  it("packs opcode, integer, numbers, flags and lists where the layout says", () => {
    const plan = compile({
      profile: "hf",
      logitBias: { 7: 1.5, 9: -100 },
      bannedTokenIds: [5, 3, 5],
      temperature: 0.5,
      topK: 7,
      logprobs: 3,
      logprobsMode: "processed",
    });
    const view = viewOf(plan);
    expect(plan.stageNames).toEqual(["logitBias", "bannedTokenIds", "temperature", "topK"]);
    expect(view.getInt32(PLAN_BYTES, true)).toBe(plan.bytes.length);
    expect(plan.bytes.length % 64).toBe(0);
    expect(view.getInt32(PLAN_LOGPROBS, true)).toBe(3);
    expect(view.getInt32(PLAN_LOGPROBS_PROCESSED, true)).toBe(1);
    plan.stageNames.forEach((name, i) => {
      expect(view.getInt32(stageAt(i) + STAGE_OPCODE, true)).toBe(opcodeOf(name));
    });

    const bias = view.getInt32(stageAt(0) + STAGE_LIST, true);
    expect(bias).toBe(stageAt(4));
    expect(view.getInt32(stageAt(0) + STAGE_LIST_COUNT, true)).toBe(2);
    expect([0, 4].map((i) => view.getInt32(bias + i, true))).toEqual([7, 9]);
    expect([8, 12].map((i) => view.getFloat32(bias + i, true))).toEqual([1.5, -Infinity]);
    const banned = view.getInt32(stageAt(1) + STAGE_LIST, true);
    expect(banned).toBe(bias + 16);
    expect(view.getInt32(stageAt(1) + STAGE_LIST_COUNT, true)).toBe(2);
    expect([0, 4].map((i) => view.getInt32(banned + i, true))).toEqual([3, 5]);

    expect(view.getFloat64(stageAt(2) + STAGE_NUMBER_0, true)).toBe(0.5);
    expect(view.getFloat64(stageAt(2) + STAGE_NUMBER_1, true)).toBe(0);
    expect(view.getInt32(stageAt(3) + STAGE_INTEGER, true)).toBe(7);
    expect(view.getInt32(stageAt(3) + STAGE_FLAGS, true)).toBe(samplers.topK.flags!["KEEPS_TIES"]);
  });

  it("asks for no log-probabilities unless told to", () => {
    expect(viewOf(compile({})).getInt32(PLAN_LOGPROBS, true)).toBe(-1);
    expect(viewOf(compile({ logprobs: 0 })).getInt32(PLAN_LOGPROBS, true)).toBe(0);
    expect(viewOf(compile({ logprobs: 0 })).getInt32(PLAN_LOGPROBS_PROCESSED, true)).toBe(0);
  });

  it("is greedy below vLLM's threshold in its profile only", () => {
    const first = (profile: ProfileName, temperature: number): number =>
      viewOf(compile({ profile, temperature })).getFloat64(stageAt(0) + STAGE_NUMBER_0, true);
    expect(first("vllm", 9e-6)).toBe(0);
    expect(first("vllm", 1e-5)).toBe(1e-5);
    expect(first("hf", 9e-6)).toBe(9e-6);
  });

  it("validates first", () => {
    expect(() => compile({ topP: 0 })).toThrow(new RangeError('"topP" expected number in (0, 1], got 0'));
    expect(() => compile({ bannedTokenIds: [100] })).toThrow('"bannedTokenIds[0]" expected');
  });
});

/** Compiles params to a plan: the packed list of stage records that one kernel call walks (positions in `layout.ts`). */
import {
  OP_CUSTOM,
  PLAN_BYTES,
  PLAN_HAS_STATE,
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
  STAGE_OPCODE,
  STATE_NUMBERS,
} from "../layout.ts";
import { type CustomStageName, type StageName, stages } from "../stages/stages.ts";
import type { PackedStage, Stage } from "../stages/stage.ts";
import { isCustomName, validateParams, withDefaults } from "./parameters.ts";
import { orderOf, profiles } from "./profiles.ts";
import type { SamplingParams } from "./samplingParams.ts";

export interface CompiledPlan {
  /** The params with the profile's defaults. */
  readonly params: Readonly<SamplingParams>;
  /** The stages that are on, in order. */
  readonly stageNames: readonly (StageName | CustomStageName)[];
  /** The record for the kernels; valid at any 8-byte-aligned address. */
  readonly bytes: Uint8Array;
  /** What a sequence's state starts from; undefined if no stage remembers anything. */
  readonly initialState: readonly number[] | undefined;
}

export interface CompileOptions {
  /** Tokens of a row; ids are checked against it. */
  vocabSize: number;
  /** Largest `logprobs`. */
  maxLogprobs: number;
  /** Names of the custom stages that can run, without `custom:`, in the order that plans number them. Absent: none. */
  customStages?: readonly string[];
}

interface ActiveStage {
  readonly name: StageName | CustomStageName;
  readonly packed: PackedStage;
  readonly opcode: number;
  readonly state: Stage["state"];
}

/**
 * Validates the params and packs them.
 * @throws TypeError, RangeError: see `validateParams`.
 */
export function compileParams(params: SamplingParams, options: CompileOptions): CompiledPlan {
  const { vocabSize, maxLogprobs, customStages = [] } = options;
  validateParams(params, vocabSize, maxLogprobs, customStages);
  const complete = withDefaults(params);
  const profile = profiles[complete.profile ?? "tokenmill"];
  const active = orderOf(complete).flatMap((name): ActiveStage[] => {
    if (isCustomName(name)) {
      const integer = customStages.indexOf(name.slice("custom:".length));
      return [{ name, packed: { integer }, opcode: OP_CUSTOM, state: undefined }];
    }
    const { opcode, state, pack } = stages[name];
    const packed = pack(complete, profile);
    return packed ? [{ name, packed, opcode, state }] : [];
  });
  const listBytes = active.reduce(
    (sum, { packed }) => sum + 4 * ((packed.ids?.length ?? 0) + (packed.values?.length ?? 0)),
    0,
  );
  const listsStart = PLAN_HEADER_BYTES + active.length * STAGE_BYTES;
  const bytes = new Uint8Array((listsStart + listBytes + 63) & ~63);
  const view = new DataView(bytes.buffer);
  view.setInt32(PLAN_BYTES, bytes.length, true);
  view.setInt32(PLAN_STAGE_COUNT, active.length, true);
  view.setInt32(PLAN_LOGPROBS, complete.logprobs ?? -1, true);
  view.setInt32(PLAN_LOGPROBS_PROCESSED, complete.logprobsMode === "processed" ? 1 : 0, true);
  const initialState = active.some(({ state }) => state) ? new Array<number>(STATE_NUMBERS).fill(0) : undefined;
  for (const { state } of active) {
    const { offsetBytes = 0, initial } = state ?? {};
    initial?.(complete).forEach((x, i) => (initialState![offsetBytes / 8 + i] = x));
  }
  view.setInt32(PLAN_HAS_STATE, initialState ? 1 : 0, true);
  let list = listsStart;
  active.forEach(({ packed, opcode }, index) => {
    const stage = PLAN_HEADER_BYTES + index * STAGE_BYTES;
    const { integer = 0, flags = 0, numbers = [], ids = [], values = [] } = packed;
    view.setInt32(stage + STAGE_OPCODE, opcode, true);
    view.setInt32(stage + STAGE_LIST, list, true);
    view.setInt32(stage + STAGE_LIST_COUNT, ids.length, true);
    view.setInt32(stage + STAGE_INTEGER, integer, true);
    view.setInt32(stage + STAGE_FLAGS, flags, true);
    numbers.forEach((x, i) => view.setFloat64(stage + STAGE_NUMBER_0 + 8 * i, x, true));
    for (let i = 0; i < ids.length; i++, list += 4) view.setInt32(list, ids[i]!, true);
    for (let i = 0; i < values.length; i++, list += 4) view.setFloat32(list, values[i]!, true);
  });
  return { params: complete, stageNames: active.map(({ name }) => name), bytes, initialState };
}

/** The packed list of stage records that one kernel call walks (positions in `layout.ts`). */
import {
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
} from "../layout.ts";
import type { PackedStage } from "../samplers/entry.ts";
import type { SamplingParams } from "./samplingParams.ts";

export interface PlannedStage {
  readonly opcode: number;
  readonly packed: PackedStage;
}

export function packPlan(params: SamplingParams, active: readonly PlannedStage[], hasState: boolean): Uint8Array {
  const lists = active.map(({ packed: { ids = [], values = [] } }) => 4 * (ids.length + values.length));
  const listsStart = PLAN_HEADER_BYTES + active.length * STAGE_BYTES;
  const totalBytes = lists.reduce((sum, bytes) => sum + bytes, listsStart);
  const bytes = new Uint8Array(Math.ceil(totalBytes / 64) * 64);
  const view = new DataView(bytes.buffer);
  view.setInt32(PLAN_BYTES, bytes.length, true);
  view.setInt32(PLAN_STAGE_COUNT, active.length, true);
  view.setInt32(PLAN_LOGPROBS, params.logprobs ?? -1, true);
  view.setInt32(PLAN_LOGPROBS_PROCESSED, params.logprobsMode === "processed" ? 1 : 0, true);
  view.setInt32(PLAN_HAS_STATE, hasState ? 1 : 0, true);
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
  return bytes;
}

/** The plan record: a header, a record for each stage, then the lists that these and the header point to. One kernel call walks it. */
import {
  OP_CUSTOM,
  PLAN_BYTES,
  PLAN_HAS_STATE,
  PLAN_HEADER_BYTES,
  PLAN_LOGPROBS,
  PLAN_LOGPROBS_PROCESSED,
  PLAN_NAMED,
  PLAN_NAMED_COUNT,
  PLAN_SAMPLING_MASK,
  PLAN_STAGE_COUNT,
  STAGE_BYTES,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_LIST,
  STAGE_LIST_COUNT,
  STAGE_NUMBER_0,
  STAGE_OPCODE,
} from "../layout.ts";
import type { RecordViews } from "./views.ts";

/** One stage; what is absent is 0, or empty. What the fields hold is the stage's own. */
interface StageRecord {
  readonly opcode: number;
  readonly integer?: number;
  readonly flags?: number;
  /** Up to three. */
  readonly numbers?: readonly number[];
  /** The list: ids as i32, then values as f32. */
  readonly ids?: ArrayLike<number>;
  readonly values?: ArrayLike<number>;
}

export interface PlanRecord {
  readonly stages: readonly StageRecord[];
  /** How many tokens' log-probabilities beside the drawn one's; −1: none at all. */
  readonly logprobs: number;
  /** Of the distribution that was drawn from; else of the row as it came. */
  readonly isProcessed: boolean;
  /** Ids of further tokens whose log-probabilities are wanted, where any are. */
  readonly named: readonly number[];
  /** Most tokens of a sampling mask; 0: none is wanted. */
  readonly samplingMask: number;
  /** Whether a stage reads and writes the sequence's state. */
  readonly hasState: boolean;
}

/** The record's bytes, good at every multiple of 8. */
export function writePlan({ stages, logprobs, isProcessed, named, samplingMask, hasState }: PlanRecord): Uint8Array {
  const listsStart = PLAN_HEADER_BYTES + stages.length * STAGE_BYTES;
  const totalBytes = stages.reduce(
    (sum, { ids = [], values = [] }) => sum + 4 * (ids.length + values.length),
    listsStart + 4 * named.length,
  );
  const bytes = new Uint8Array(Math.ceil(totalBytes / 64) * 64);
  const view = new DataView(bytes.buffer);
  view.setInt32(PLAN_BYTES, bytes.length, true);
  view.setInt32(PLAN_STAGE_COUNT, stages.length, true);
  view.setInt32(PLAN_LOGPROBS, logprobs, true);
  view.setInt32(PLAN_LOGPROBS_PROCESSED, isProcessed ? 1 : 0, true);
  view.setInt32(PLAN_HAS_STATE, hasState ? 1 : 0, true);
  view.setInt32(PLAN_SAMPLING_MASK, samplingMask, true);
  let list = listsStart;
  stages.forEach(({ opcode, integer = 0, flags = 0, numbers = [], ids = [], values = [] }, index) => {
    const stage = PLAN_HEADER_BYTES + index * STAGE_BYTES;
    view.setInt32(stage + STAGE_OPCODE, opcode, true);
    view.setInt32(stage + STAGE_LIST, list, true);
    view.setInt32(stage + STAGE_LIST_COUNT, ids.length, true);
    view.setInt32(stage + STAGE_INTEGER, integer, true);
    view.setInt32(stage + STAGE_FLAGS, flags, true);
    numbers.forEach((x, i) => view.setFloat64(stage + STAGE_NUMBER_0 + 8 * i, x, true));
    for (let i = 0; i < ids.length; i++, list += 4) view.setInt32(list, ids[i]!, true);
    for (let i = 0; i < values.length; i++, list += 4) view.setFloat32(list, values[i]!, true);
  });
  view.setInt32(PLAN_NAMED, list, true);
  view.setInt32(PLAN_NAMED_COUNT, named.length, true);
  for (let i = 0; i < named.length; i++, list += 4) view.setInt32(list, named[i]!, true);
  return bytes;
}

export function planStageCount({ i32 }: RecordViews, plan: number): number {
  return i32[(plan + PLAN_STAGE_COUNT) >>> 2]!;
}

/** Whether log-probabilities of the row as it came are asked for. */
export function hasRawLogprobs({ i32 }: RecordViews, plan: number): boolean {
  return i32[(plan + PLAN_LOGPROBS) >>> 2]! >= 0 && i32[(plan + PLAN_LOGPROBS_PROCESSED) >>> 2] === 0;
}

/** Which of the custom stages stands at `index`; −1: one that the kernels have. */
export function customStageAt({ i32 }: RecordViews, plan: number, index: number): number {
  const stage = plan + PLAN_HEADER_BYTES + index * STAGE_BYTES;
  return i32[(stage + STAGE_OPCODE) >>> 2] === OP_CUSTOM ? i32[(stage + STAGE_INTEGER) >>> 2]! : -1;
}

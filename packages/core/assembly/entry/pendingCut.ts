// What the stages of a plan let the scan and the draw do on the way.
import {
  JOB_FIRST_STAGE,
  PLAN_HAS_STATE,
  PLAN_STAGE_COUNT,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STAGE_OPCODE,
} from "../../src/layout";
import {
  OP_ADAPTIVE_P,
  OP_EPSILON_CUTOFF,
  OP_MIN_K,
  OP_MIN_P,
  OP_MIROSTAT,
  OP_TEMPERATURE,
  OP_TOP_N_SIGMA,
  OP_TOP_P,
  OP_TYPICAL_P,
} from "../../src/generated/samplerConstants";
import { job, plan } from "../memory/job";
import { stageAt } from "../memory/plan";
import { SCAN_LEAST, SCAN_MOMENTS } from "../row/scanSums";
import { isFixed } from "../samplers/temperature";
import { weightScale } from "../sums/bracketWeights";
import { mixedPays } from "../sums/mixed";

/** Scale of the weights whose f32 sum the first stages need; SCAN_MOMENTS; SCAN_LEAST, which counts elements too; 0: no sum. The sum
 *  of a row that is edited first is another. */
export function firstMassScale(): f32 {
  let scale: f64 = 1;
  for (let i = load<i32>(job, JOB_FIRST_STAGE); i < load<i32>(plan, PLAN_STAGE_COUNT); i++) {
    const stage = stageAt(i);
    const opcode = load<i32>(stage, STAGE_OPCODE);
    if (opcode == OP_MIROSTAT || opcode == OP_EPSILON_CUTOFF) return mixedPays() ? 0 : weightScale(scale);
    if (opcode == OP_TOP_N_SIGMA) return SCAN_MOMENTS;
    if (opcode == OP_MIN_K) return SCAN_LEAST;
    if (opcode != OP_TEMPERATURE) return 0;
    if (!isFixed(stage)) return load<f64>(stage, STAGE_NUMBER_1) > 0 ? SCAN_LEAST : 0;
    scale /= load<f64>(stage, STAGE_NUMBER_0);
  }
  return 0;
}

/** Index of a stage that the dense draw can do on the way, −1: none. A plain typical as the last stage, a plain top-p with
 *  nothing but min-p and temperatures behind it, which change neither what is in its nucleus nor the order of tokens, a
 *  dynamic temperature with nothing but min-p behind it, or adaptive-p as the last stage, if no other one has a state. */
export function pendingCut(from: i32): i32 {
  const last = load<i32>(plan, PLAN_STAGE_COUNT) - 1;
  if (load<i32>(plan, PLAN_HAS_STATE)) {
    for (let i = 0; i < last; i++) if (load<i32>(stageAt(i), STAGE_OPCODE) == OP_MIROSTAT) return -1;
    return last >= from && load<i32>(stageAt(last), STAGE_OPCODE) == OP_ADAPTIVE_P ? last : -1;
  }
  for (let i = last; i >= from; i--) {
    const stage = stageAt(i);
    const opcode = load<i32>(stage, STAGE_OPCODE);
    if (opcode == OP_TOP_P || (opcode == OP_TYPICAL_P && i == last)) {
      return (load<i32>(stage, STAGE_FLAGS) | load<i32>(stage, STAGE_INTEGER)) == 0 ? i : -1;
    }
    if (opcode == OP_TEMPERATURE && !isFixed(stage)) return load<f64>(stage, STAGE_NUMBER_1) > 0 ? i : -1;
    // of no fewer than a number of tokens: it counts them
    if (opcode == OP_MIN_P && load<i32>(stage, STAGE_INTEGER) > 0) return -1;
    if (opcode != OP_MIN_P && opcode != OP_TEMPERATURE) return -1;
  }
  return -1;
}

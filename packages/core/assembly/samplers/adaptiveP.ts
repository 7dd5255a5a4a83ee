// Adaptive p. State as in mirostat.ts.
import {
  JOB_STATE,
  RESULT_STATE,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STATE_ADAPTIVE_SUM,
  STATE_ADAPTIVE_WEIGHT,
} from "../../src/layout";
import { keyOf, keyTokenId } from "../list/keys";
import { keyAt, listCount, listMax, setKey, setUnsorted } from "../list/list";
import { weighList, weightAt } from "../list/weights";
import { job, result } from "../memory/job";
import { tokenProbs } from "../memory/workspace";
import { beta, listAll, setBeta } from "../row/row";

/** Its record if it ran in this step, else 0. */
let ownStage: usize = 0;

export function forgetAdaptiveP(): void {
  ownStage = 0;
}

/** The nearer a token's probability to a target, the larger its logit becomes; the target moves against the mean of what
 *  was drawn. Numbers: target, decay. (llama.cpp #17927.) */
export function adaptiveP(stage: usize): void {
  listAll();
  const target = targetOf(stage);
  const total = weighList(listMax(), beta);
  for (let i = 0; i < listCount; i++) {
    const id = keyTokenId(keyAt(i));
    const p = weightAt(i) / total;
    rememberProb(stage, id, p);
    setKey(i, keyOf(<f32>bentLogit(p, target), id));
  }
  setUnsorted();
  setBeta(1);
}

/** The probability that gets the largest logit. */
export function targetOf(stage: usize): f64 {
  const weight = load<f64>(job, JOB_STATE + STATE_ADAPTIVE_WEIGHT);
  const wanted = load<f64>(stage, STAGE_NUMBER_0);
  const mean = weight > 0 ? load<f64>(job, JOB_STATE + STATE_ADAPTIVE_SUM) / weight : wanted;
  return min(max(2 * wanted - mean, 0), 1);
}

/** The new logit, not rounded yet. */
// @ts-ignore: decorator
@inline
export function bentLogit(p: f64, target: f64): f64 {
  const distance = abs((p - target) / 0.3);
  return 5 - (10 * distance * distance) / (1 + distance);
}

/** The stage ran, and the token had that probability before it. */
// @ts-ignore: decorator
@inline
export function rememberProb(stage: usize, tokenId: i32, p: f64): void {
  ownStage = stage;
  store<f32>(tokenProbs + ((<usize>tokenId) << 2), <f32>p);
}

/** The next sum after a token of that probability. */
// @ts-ignore: decorator
@inline
export function nextSum(stage: usize, p: f64): f64 {
  return <f64>(<f32>p) + load<f64>(stage, STAGE_NUMBER_1) * load<f64>(job, JOB_STATE + STATE_ADAPTIVE_SUM);
}

/** Writes the next sum and weight, if the stage ran, after `tokenId` was drawn. */
export function writeAdaptivePState(tokenId: i32): void {
  if (ownStage == 0) return;
  const decay = load<f64>(ownStage, STAGE_NUMBER_1);
  const weight = load<f64>(job, JOB_STATE + STATE_ADAPTIVE_WEIGHT);
  const p = <f64>load<f32>(tokenProbs + ((<usize>tokenId) << 2));
  store<f64>(result, nextSum(ownStage, p), RESULT_STATE + STATE_ADAPTIVE_SUM);
  store<f64>(result, 1 + decay * weight, RESULT_STATE + STATE_ADAPTIVE_WEIGHT);
}

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
  ownStage = stage;
  listAll();
  const weight = load<f64>(job, JOB_STATE + STATE_ADAPTIVE_WEIGHT);
  const wanted = load<f64>(stage, STAGE_NUMBER_0);
  const mean = weight > 0 ? load<f64>(job, JOB_STATE + STATE_ADAPTIVE_SUM) / weight : wanted;
  const target = min(max(2 * wanted - mean, 0), 1);
  const total = weighList(listMax(), beta);
  for (let i = 0; i < listCount; i++) {
    const id = keyTokenId(keyAt(i));
    const p = weightAt(i) / total;
    store<f32>(tokenProbs + ((<usize>id) << 2), <f32>p);
    const distance = abs((p - target) / 0.3);
    setKey(i, keyOf(<f32>(5 - (10 * distance * distance) / (1 + distance)), id));
  }
  setUnsorted();
  setBeta(1);
}

/** Writes the next sum and weight, if the stage ran, after `tokenId` was drawn. */
export function writeAdaptivePState(tokenId: i32): void {
  if (ownStage == 0) return;
  const decay = load<f64>(ownStage, STAGE_NUMBER_1);
  const sum = load<f64>(job, JOB_STATE + STATE_ADAPTIVE_SUM);
  const weight = load<f64>(job, JOB_STATE + STATE_ADAPTIVE_WEIGHT);
  const p = <f64>load<f32>(tokenProbs + ((<usize>tokenId) << 2));
  store<f64>(result, p + decay * sum, RESULT_STATE + STATE_ADAPTIVE_SUM);
  store<f64>(result, 1 + decay * weight, RESULT_STATE + STATE_ADAPTIVE_WEIGHT);
}

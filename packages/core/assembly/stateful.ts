// Stages that remember: they read the sequence's state in the job, and once the token is drawn the next state goes into
// the result. The job stays as it is, so that doing the row again gives the same.
import {
  JOB_STATE,
  RESULT_STATE,
  STAGE_INTEGER,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STATE_ADAPTIVE_SUM,
  STATE_ADAPTIVE_WEIGHT,
  STATE_MIROSTAT_MU,
  STATE_NUMBERS,
} from "../src/layout";
import { canCutDense, cutAtLogWeight, isAboveAll, logMass, TIERS } from "./denseCut";
import { countBlocksAtLeast } from "./gather";
import {
  keepHeavy,
  keepRange,
  keyAt,
  keyLogit,
  keyOf,
  keyTokenId,
  listCount,
  listMax,
  setKey,
  setUnsorted,
  weighList,
  weightAt,
} from "./list";
import { expNonPositive, logPositive } from "./math";
import { beta, floor, listAll, setBeta } from "./row";
import { selectLargest, sortList } from "./selection";
import { tokenProbs, vocabularySize } from "./workspace";

const LN2: f64 = reinterpret<f64>(0x3fe62e42fefa39ef);

/** What is left in this many blocks or fewer is listed: the probability of what is drawn then costs less. */
const FEW_BLOCKS = 256;

/** Records of the stages that ran in this step; 0: did not. */
let mirostatStage: usize = 0;
let adaptiveStage: usize = 0;

export function forgetStages(): void {
  mirostatStage = 0;
  adaptiveStage = 0;
}

/** Cuts at a surprise of μ, so that the mean surprise comes to τ. integer: version; numbers: τ, η. (Basu et al. 2021, arXiv
 *  2007.14966; llama.cpp.) */
export function mirostat(stage: usize, job: usize): void {
  mirostatStage = stage;
  const mu = load<f64>(job, JOB_STATE + STATE_MIROSTAT_MU);
  const isFirstVersion = load<i32>(stage, STAGE_INTEGER) == 1;
  if (!isFirstVersion && canCutDense()) {
    for (let tier = 0; tier < TIERS; tier++) {
      if (!cutAtLogWeight(logMass(1, tier) - mu * LN2)) continue;
      if (isAboveAll || countBlocksAtLeast(floor) <= FEW_BLOCKS) listAll();
      if (isAboveAll) selectLargest(1);
      return;
    }
  }
  listAll();
  if (isFirstVersion) return zipfTopK(mu);
  // −log2 p ≤ μ
  const threshold = mu > 0 ? weighList(listMax(), beta) * expNonPositive(-mu * LN2) : f64.MAX_VALUE;
  if (threshold <= 1) keepHeavy(threshold);
  else selectLargest(1);
}

/** Keeps the k largest, k such that a Zipf law with the exponent of the 100 most probable tokens has surprise μ. */
function zipfTopK(mu: f64): void {
  sortList();
  if (listCount < 2) return;
  let products: f64 = 0;
  let squares: f64 = 0;
  for (let i = 0; i < min(99, listCount - 1); i++) {
    const t = logPositive(<f64>(i + 2) / <f64>(i + 1));
    products += t * (<f64>keyLogit(keyAt(i)) - <f64>keyLogit(keyAt(i + 1))) * beta;
    squares += t * t;
  }
  const s = products / squares;
  const logSize = logPositive(<f64>vocabularySize);
  const exponent = (s - 1) * logSize;
  const ratio = abs(exponent) < 1e-9 ? -logPositive(logSize) : logPositive(abs(s - 1)) - logOfDifference(exponent);
  const logK = (ratio + mu * LN2) / s;
  if (!(logK > 0)) return keepRange(0, 1);
  if (logK >= logPositive(<f64>listCount)) return;
  keepRange(0, max(1, <i32>(1 / expNonPositive(-logK))));
}

/** ln |1 − e^−x|. */
function logOfDifference(x: f64): f64 {
  return x > 0 ? logOfComplement(-x) : logOfComplement(x) - x;
}

/** ln (1 − e^x), x ≤ −1e-9. */
function logOfComplement(x: f64): f64 {
  return logPositive(1 - expNonPositive(x));
}

/** The nearer a token's probability to a target, the larger its logit becomes; the target moves against the mean of what
 *  was drawn. Numbers: target, decay. (llama.cpp #17927.) */
export function adaptiveP(stage: usize, job: usize): void {
  adaptiveStage = stage;
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

/** Writes the state after `tokenId`, which had the given probability at the draw. */
export function writeState(job: usize, result: usize, tokenId: i32, prob: f64): void {
  memory.copy(result + RESULT_STATE, job + JOB_STATE, STATE_NUMBERS * 8);
  if (mirostatStage != 0) {
    const surprise = -logPositive(prob) / LN2;
    const error = surprise - load<f64>(mirostatStage, STAGE_NUMBER_0);
    const mu = load<f64>(job, JOB_STATE + STATE_MIROSTAT_MU);
    store<f64>(result, mu - load<f64>(mirostatStage, STAGE_NUMBER_1) * error, RESULT_STATE + STATE_MIROSTAT_MU);
  }
  if (adaptiveStage != 0) {
    const decay = load<f64>(adaptiveStage, STAGE_NUMBER_1);
    const sum = load<f64>(job, JOB_STATE + STATE_ADAPTIVE_SUM);
    const weight = load<f64>(job, JOB_STATE + STATE_ADAPTIVE_WEIGHT);
    const p = <f64>load<f32>(tokenProbs + ((<usize>tokenId) << 2));
    store<f64>(result, p + decay * sum, RESULT_STATE + STATE_ADAPTIVE_SUM);
    store<f64>(result, 1 + decay * weight, RESULT_STATE + STATE_ADAPTIVE_WEIGHT);
  }
}

// Mirostat 1 and 2. It reads the sequence's state in the job, and once the token is drawn the next state goes into the
// result. The job stays as it is, so that doing the row again gives the same.
import {
  JOB_STATE,
  RESULT_STATE,
  STAGE_INTEGER,
  STAGE_NUMBER_0,
  STAGE_NUMBER_1,
  STATE_MIROSTAT_MU,
} from "../../src/layout";
import { countBlocksAtLeast } from "../list/count";
import { gatherLargestCapped } from "../list/gatherLargest";
import { keyLogit } from "../list/keys";
import { keepRange, keepSorted, keyAt, listCount, listMax } from "../list/list";
import { selectLargest, sortLargest } from "../list/select";
import { sortList } from "../list/sort";
import { keepHeavy, weighList } from "../list/weights";
import { job, result } from "../memory/job";
import { vocabularySize } from "../memory/workspace";
import { LN2 } from "../numbers/constants";
import { expNonPositive } from "../numbers/exp64";
import { logPositive } from "../numbers/log64";
import { beta, floor, listAll, row, useList } from "../row/row";
import { rowMax } from "../row/scan";
import { canCutDense, cutAtLogWeight, isAboveAll } from "../sums/denseCut";
import { firstTier, logMass, TIERS } from "../sums/tiers";

/** What is left in this many blocks or fewer is listed: the probability of what is drawn then costs less. */
const FEW_BLOCKS = 256;
/** Its record if it ran in this step, else 0. */
let ownStage: usize = 0;

export function forgetMirostat(): void {
  ownStage = 0;
}

/** Cuts at a surprise of μ, so that the mean surprise comes to τ. integer: version; numbers: τ, η. (Basu et al. 2021, arXiv
 *  2007.14966; llama.cpp.) */
export function mirostat(stage: usize): void {
  ownStage = stage;
  const mu = load<f64>(job, JOB_STATE + STATE_MIROSTAT_MU);
  const isFirstVersion = load<i32>(stage, STAGE_INTEGER) == 1;
  if (isFirstVersion && canCutDense() && keepHead(mu)) return;
  if (!isFirstVersion && canCutDense()) {
    for (let tier = firstTier(); tier < TIERS; tier++) {
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
  const logK = logOfZipfRank(mu);
  if (logK < logPositive(<f64>listCount)) keepRange(0, rankOf(logK));
}

/** The same of a whole row, without sorting all of it. False, and nothing done, if that saves nothing. */
function keepHead(mu: f64): bool {
  if (vocabularySize < 2 * ZIPF_RANKS) return false;
  gatherLargestCapped(row, ZIPF_RANKS, rowMax);
  sortList();
  if (listCount < 2) return false;
  const logK = logOfZipfRank(mu);
  if (!(logK < logPositive(<f64>vocabularySize / 4))) return false;
  const k = rankOf(logK);
  if (k > listCount) {
    gatherLargestCapped(row, k, rowMax);
    sortLargest(k);
  }
  keepSorted(min(k, listCount)); // fewer may be finite
  useList();
  return true;
}

const ZIPF_RANKS = 100;

/** ln k by the first 100 entries of the list, which are in order. */
function logOfZipfRank(mu: f64): f64 {
  let products: f64 = 0;
  let squares: f64 = 0;
  for (let i = 0; i < min(ZIPF_RANKS, listCount) - 1; i++) {
    const t = logPositive(<f64>(i + 2) / <f64>(i + 1));
    products += t * (<f64>keyLogit(keyAt(i)) - <f64>keyLogit(keyAt(i + 1))) * beta;
    squares += t * t;
  }
  const s = products / squares;
  const logSize = logPositive(<f64>vocabularySize);
  const exponent = (s - 1) * logSize;
  const ratio = abs(exponent) < 1e-9 ? -logPositive(logSize) : logPositive(abs(s - 1)) - logOfDifference(exponent);
  return (ratio + mu * LN2) / s;
}

function rankOf(logK: f64): i32 {
  return logK > 0 ? max(1, <i32>(1 / expNonPositive(-logK))) : 1;
}

/** ln |1 − e^−x|. */
function logOfDifference(x: f64): f64 {
  return x > 0 ? logOfComplement(-x) : logOfComplement(x) - x;
}

/** ln (1 − e^x), x ≤ −1e-9. */
function logOfComplement(x: f64): f64 {
  return logPositive(1 - expNonPositive(x));
}

/** Writes the next μ, if the stage ran, after a token that had the probability `prob` at the draw. */
export function writeMirostatState(prob: f64): void {
  if (ownStage == 0) return;
  const surprise = -logPositive(prob) / LN2;
  const error = surprise - load<f64>(ownStage, STAGE_NUMBER_0);
  const mu = load<f64>(job, JOB_STATE + STATE_MIROSTAT_MU);
  store<f64>(result, mu - load<f64>(ownStage, STAGE_NUMBER_1) * error, RESULT_STATE + STATE_MIROSTAT_MU);
}

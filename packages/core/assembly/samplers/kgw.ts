// The watermark of green tokens.
import {
  PLAN_LOGPROBS,
  PLAN_LOGPROBS_PROCESSED,
  PLAN_STAGE_COUNT,
  STAGE_BYTES,
  STAGE_INTEGER,
  STAGE_NUMBER_0,
  STAGE_OPCODE,
} from "../../src/layout";
import { OP_MIN_P, OP_TEMPERATURE, OP_TOP_K, OP_TOP_P } from "../../src/generated/samplerConstants";
import { delta, holdGreen } from "../blocks/greenBlock";
import { countBlocksAtLeast } from "../list/count";
import { plan } from "../memory/job";
import { stageAt } from "../memory/plan";
import { paddedLength } from "../memory/workspace";
import { roundedDown } from "../numbers/floats";
import { raiseMaxima } from "../row/greenMaxima";
import { isRestricted, openRaised, raiseRow, row } from "../row/row";
import { refreshMax, rowMax } from "../row/scan";
import { minPThreshold } from "./minP";
import { isFixed, nextBeta } from "./temperature";

/** Adds δ to the logits of the green tokens. Numbers: δ, γ. (Kirchenbauer et al. 2023, arXiv 2301.10226; each token is green
 *  independently of the others with probability γ.) */
export function kgw(stage: usize): void {
  holdGreen(stage);
  raiseRow();
  if (isRestricted()) return; // of few tokens no more than their own blocks are read
  if (ASC_FEATURE_SIMD && fewAreRead(stage)) raiseMaxima(row, leastRead);
  else openRaised();
}

/** Largest part of the row that is listed by block maxima. */
const LISTED_PART = 512;
/** A nucleus reads few blocks where no more than this part of them has a token so near to the largest, in nats. */
const NEAR_PART = 256;
const NEAR: f64 = 6;
/** Blocks whose largest logit is below this are not read. */
let leastRead: f32 = 0;

/** Whether what comes behind the stage reads few blocks where block maxima are known. */
function fewAreRead(stage: usize): bool {
  const weighsAll = load<i32>(plan, PLAN_LOGPROBS) >= 0 && load<i32>(plan, PLAN_LOGPROBS_PROCESSED) != 0;
  const end = stageAt(load<i32>(plan, PLAN_STAGE_COUNT));
  let beta: f64 = 1;
  let isCut = false;
  refreshMax(); // edits may have lowered it
  leastRead = -f32.MAX_VALUE;
  for (let next = stage + STAGE_BYTES; next < end; next += STAGE_BYTES) {
    const opcode = load<i32>(next, STAGE_OPCODE);
    if (opcode == OP_MIN_P && load<i32>(next, STAGE_INTEGER) == 0) {
      // green tokens only raise its threshold
      const threshold = minPThreshold(next, rowMax, beta);
      leastRead = max(leastRead, roundedDown(threshold - delta - (abs(threshold) + delta) * 1e-6));
      isCut = true;
    } else if (opcode == OP_TOP_P) {
      return isCut || (!weighsAll && countBlocksAtLeast(<f32>(<f64>rowMax - NEAR / beta)) <= paddedLength / NEAR_PART);
    } else if (opcode == OP_TEMPERATURE && isFixed(next)) {
      beta = nextBeta(beta, load<f64>(next, STAGE_NUMBER_0));
    } else {
      leastRead = -f32.MAX_VALUE; // the order of a list depends on all maxima
      return isCut || (opcode == OP_TOP_K && load<i32>(next, STAGE_INTEGER) <= paddedLength / LISTED_PART);
    }
  }
  return isCut || !weighsAll;
}

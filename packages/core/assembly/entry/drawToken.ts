// The token of a row whose stages have been applied: from the list, from the dense row, or from the dense row with a cut that
// the draw makes on the way.
import {
  JOB_FIRST_STAGE,
  PLAN_HAS_STATE,
  PLAN_STAGE_COUNT,
  RESULT_KEPT_COUNT,
  RESULT_LOGPROB,
  RESULT_MASK_LOGPROB,
  RESULT_TOKEN_ID,
  STAGE_NUMBER_0,
  STAGE_OPCODE,
  STATUS_OK,
} from "../../src/layout";
import { OP_ADAPTIVE_P, OP_TEMPERATURE, OP_TOP_P, OP_TYPICAL_P } from "../../src/generated/samplerConstants";
import { drawFromNucleus, drawFromRow } from "../draw/denseDraw";
import { drawFromList } from "../draw/listDraw";
import { drawnLogprob, processedLogprobs } from "../draw/logprobs";
import { holdEdge, holdNucleus, listNucleus } from "../draw/nucleus";
import { wantsMask, writeMask } from "../draw/samplingMask";
import { attempts, drawTypical, openCandidate } from "../draw/typicalDraw";
import { keyTokenId } from "../list/keys";
import { keyAt, listCount, listMax } from "../list/list";
import { weighList, weightAt } from "../list/weights";
import { job, plan, result } from "../memory/job";
import { stageAt } from "../memory/plan";
import { expNonPositive } from "../numbers/exp64";
import { beta, floor, isDense, logitAt, settleEdits } from "../row/row";
import { rowMax } from "../row/scan";
import { typicalP } from "../samplers/typicalP";
import { massAboveF64 } from "../sums/massF64";
import { hasRest } from "../sparse/rest";
import { setPivot } from "../sums/pivot";
import { finiteCount } from "../sums/tail";
import { drawAdaptive } from "./adaptiveDraw";
import { coverDraw } from "./coverage";
import { drawAtDynamic } from "./dynamicDraw";
import { pendingCut } from "./pendingCut";
import { writeState } from "./state";
import { applyStages } from "./walk";

/** The chain and the draw. Returns a status. `logprobs` ≥ 0: those of the processed distribution are written too. Draws that do
 *  not make what they are drawn from are for who does not ask for it; others give the same token. */
export function drawToken(logprobs: i32): i32 {
  const first = load<i32>(job, JOB_FIRST_STAGE);
  const end = load<i32>(plan, PLAN_STAGE_COUNT);
  const pending = pendingCut(first);
  const status = applyStages(first, pending < 0 ? end : pending);
  if (status != STATUS_OK) return status;
  settleEdits();
  if (hasRest) {
    // its cuts are made before the draw
    const status = pending < 0 ? STATUS_OK : applyStages(pending, end);
    if (status != STATUS_OK) return status;
    const covered = coverDraw(logprobs);
    if (covered != STATUS_OK) return covered;
  } else if (pending >= 0) {
    const stage = stageAt(pending);
    const opcode = load<i32>(stage, STAGE_OPCODE);
    if (opcode == OP_TOP_P && isDense) return nucleusDraw(logprobs, pending);
    if (opcode == OP_TYPICAL_P && isDense && floor == -Infinity) {
      return typicalDraw(logprobs, stage);
    }
    if (opcode == OP_TEMPERATURE && !isDescribed(logprobs)) {
      const tokenId = drawAtDynamic(stage, pending, end);
      if (tokenId >= 0) {
        writeToken(tokenId, -1);
        return STATUS_OK;
      }
    }
    if (opcode == OP_ADAPTIVE_P && !isDescribed(logprobs)) {
      const tokenId = drawAdaptive(stage);
      if (tokenId >= 0) {
        writeState(tokenId, NaN);
        writeToken(tokenId, finiteCount);
        return STATUS_OK;
      }
    }
    const status = applyStages(pending, end);
    if (status != STATUS_OK) return status;
  }
  return isDense ? denseDraw(logprobs) : listDraw(logprobs);
}

/** Whether what is drawn from is to be told of. */
// @ts-ignore: decorator
@inline
function isDescribed(logprobs: i32): bool {
  return logprobs >= 0 || wantsMask();
}

/** Tells of what `tokenId` was drawn from: the list, or the dense row above its floor. Returns a status. */
function describe(logprobs: i32, tokenId: i32): i32 {
  const isMasked = wantsMask();
  if (isMasked) {
    // before the list is cut to the most probable tokens
    const status = writeMask();
    if (status != STATUS_OK) return status;
  }
  if (logprobs >= 0) processedLogprobs(logprobs, tokenId);
  if (!isMasked) return STATUS_OK;
  store<f64>(result, logprobs >= 0 ? load<f64>(result, RESULT_LOGPROB) : drawnLogprob(tokenId), RESULT_MASK_LOGPROB);
  return STATUS_OK;
}

/** From the list. Returns a status, as the following do. */
function listDraw(logprobs: i32): i32 {
  const keptCount = listCount;
  const total = weighList(listMax(), beta);
  const drawn = drawFromList(total, 0);
  const tokenId = keyTokenId(keyAt(drawn));
  if (load<i32>(plan, PLAN_HAS_STATE)) writeState(tokenId, weightAt(drawn) / total);
  writeToken(tokenId, keptCount);
  return describe(logprobs, tokenId);
}

/** From the dense row. */
function denseDraw(logprobs: i32): i32 {
  const tokenId = drawFromRow();
  if (load<i32>(plan, PLAN_HAS_STATE)) writeState(tokenId, probInRow(tokenId));
  writeToken(tokenId, -1);
  return describe(logprobs, tokenId);
}

/** From the nucleus of the dense row, cut and heated by what comes after the top-p. */
function nucleusDraw(logprobs: i32, pending: i32): i32 {
  const stage = stageAt(pending);
  const end = load<i32>(plan, PLAN_STAGE_COUNT);
  const mass = load<f64>(stage, STAGE_NUMBER_0);
  if (isDescribed(logprobs)) holdEdge(mass);
  else holdNucleus(mass);
  const status = applyStages(pending + 1, end);
  if (status != STATUS_OK) return status;
  const tokenId = drawFromNucleus();
  writeToken(tokenId, -1);
  if (!isDescribed(logprobs)) return STATUS_OK;
  listNucleus();
  return describe(logprobs, tokenId);
}

/** From the typical set of the dense row, which is not cut. */
function typicalDraw(logprobs: i32, stage: usize): i32 {
  let tokenId = drawTypical(load<f64>(stage, STAGE_NUMBER_0));
  if (tokenId < 0) {
    typicalP(stage);
    tokenId = inList(openCandidate) ? openCandidate : listedToken(attempts);
  }
  writeToken(tokenId, -1);
  if (!isDescribed(logprobs)) return STATUS_OK;
  if (isDense) typicalP(stage);
  return describe(logprobs, tokenId);
}

function inList(tokenId: i32): bool {
  for (let i = 0; i < listCount; i++) if (keyTokenId(keyAt(i)) == tokenId) return true;
  return false;
}

function listedToken(attempt: u32): i32 {
  return keyTokenId(keyAt(drawFromList(weighList(listMax(), beta), attempt)));
}

function writeToken(tokenId: i32, keptCount: i32): void {
  store<i32>(result, tokenId, RESULT_TOKEN_ID);
  store<i32>(result, keptCount, RESULT_KEPT_COUNT);
}

/** Probability of a token of the dense row. */
function probInRow(tokenId: i32): f64 {
  setPivot(floor, -1);
  const total = massAboveF64(beta);
  return expNonPositive((<f64>logitAt(tokenId) - <f64>rowMax) * beta) / total;
}

// The stages of a plan, one after the other.
import { STAGE_OPCODE, STATUS_ALL_MASKED, STATUS_OK } from "../../src/layout";
import { OP_FIRST_NON_EDIT } from "../../src/generated/samplerConstants";
import { applyStage } from "../generated/dispatch";
import { stageAt } from "../memory/plan";
import { isEmpty, settleEdits, startEdits } from "../row/row";
import { rowMax } from "../row/scan";
import { hasRest } from "../sparse/rest";
import { SHORT_OF_DRAW, tooSparse } from "../sparse/shortfall";
import { applyCovered } from "./coverage";

/** Applies the stages from `from` on before `end`. Returns a status. */
export function applyStages(from: i32, end: i32): i32 {
  let isEditing = true;
  for (let i = from; i < end; i++) {
    const stage = stageAt(i);
    const opcode = load<i32>(stage, STAGE_OPCODE);
    const isEdit = opcode < OP_FIRST_NON_EDIT;
    if (isEditing && !isEdit) {
      settleEdits();
      if (isEmpty(rowMax)) return nothingLeft();
    } else if (isEdit && !isEditing) startEdits();
    isEditing = isEdit;
    const status = hasRest ? applyCovered(opcode, stage) : applyStage(opcode, stage);
    if (status != STATUS_OK) return status;
  }
  if (!isEditing) return STATUS_OK;
  settleEdits();
  return isEmpty(rowMax) ? nothingLeft() : STATUS_OK;
}

/** The status of a row of which no token is left; one that a sparse row does not list may be. */
export function nothingLeft(): i32 {
  return hasRest ? tooSparse(SHORT_OF_DRAW, 1, 0) : STATUS_ALL_MASKED;
}

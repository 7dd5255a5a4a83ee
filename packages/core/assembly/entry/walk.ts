// The stages of a plan, one after the other.
import { STAGE_OPCODE, STATUS_ALL_MASKED, STATUS_OK } from "../../src/layout";
import { OP_FIRST_NON_EDIT } from "../../src/generated/samplerConstants";
import { applyStage } from "../generated/dispatch";
import { stageAt } from "../memory/plan";
import { isEmpty, settleEdits, startEdits } from "../row/row";
import { rowMax } from "../row/scan";

/** Applies the stages from `from` on before `end`. Returns a status. */
export function applyStages(from: i32, end: i32): i32 {
  let isEditing = true;
  for (let i = from; i < end; i++) {
    const stage = stageAt(i);
    const opcode = load<i32>(stage, STAGE_OPCODE);
    const isEdit = opcode < OP_FIRST_NON_EDIT;
    if (isEditing && !isEdit) {
      settleEdits();
      if (isEmpty(rowMax)) return STATUS_ALL_MASKED;
    } else if (isEdit && !isEditing) startEdits();
    isEditing = isEdit;
    const status = applyStage(opcode, stage);
    if (status != STATUS_OK) return status;
  }
  if (!isEditing) return STATUS_OK;
  settleEdits();
  return isEmpty(rowMax) ? STATUS_ALL_MASKED : STATUS_OK;
}

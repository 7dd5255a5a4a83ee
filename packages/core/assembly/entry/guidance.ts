// Classifier-free guidance: one row out of two.
import { STATUS_ALL_MASKED, STATUS_OK } from "../../src/layout";
import { closeNone } from "../blocks/closedBlocks";
import { useWorkspace } from "../memory/workspace";
import { logPositive } from "../numbers/log64";
import { massF32 } from "../row/massF32";
import { rowMax, scanRow } from "../row/scan";
import { weightScale } from "../sums/bracketWeights";

/** ln Σ e^(x − largest) of the row that was scanned last. */
function logMassOf(row: usize): f64 {
  return logPositive(massF32(row, weightScale(1)));
}

/** conditional[i] = u + scale·(c − u), c and u the log-softmax of the two rows (Sanchez et al. 2023, arXiv 2306.17806; HF
 *  `UnbatchedClassifierFreeGuidanceLogitsProcessor`). All f32[padded], padded with −Infinity, 64-byte aligned. What
 *  is −Infinity in one of them is so in the outcome, also where HF has NaN; what overflows stays
 *  finite. workspace: as in `sample_row`. Returns the status of the first row that has NaN, +Infinity or no finite logit. */
export function guide_row_f32(
  conditional: usize,
  unconditional: usize,
  vocabSize: i32,
  scale: f64,
  workspace: usize,
): i32 {
  useWorkspace(workspace, vocabSize);
  closeNone();
  let status = scanRow(conditional, weightScale(1));
  if (status != STATUS_OK) return status;
  if (rowMax == -Infinity) return STATUS_ALL_MASKED;
  const conditionalMax = <f64>rowMax;
  const conditionalMass = logMassOf(conditional);
  status = scanRow(unconditional, weightScale(1));
  if (status != STATUS_OK) return status;
  if (rowMax == -Infinity) return STATUS_ALL_MASKED;
  const unconditionalMax = <f64>rowMax;
  const unconditionalMass = logMassOf(unconditional);
  const largest = <f64>f32.MAX_VALUE;
  for (let i: usize = 0; i < (<usize>vocabSize) << 2; i += 4) {
    const c = <f64>load<f32>(conditional + i) - conditionalMax - conditionalMass;
    const u = <f64>load<f32>(unconditional + i) - unconditionalMax - unconditionalMass;
    const x = u + scale * (c - u);
    store<f32>(conditional + i, c == -Infinity || u == -Infinity ? -Infinity : <f32>min(max(x, -largest), largest));
  }
  return STATUS_OK;
}

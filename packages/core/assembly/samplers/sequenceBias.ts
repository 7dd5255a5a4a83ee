// Biases of tokens that would complete a sequence. (HF SequenceBiasLogitsProcessor.)
import { STAGE_LIST, STAGE_LIST_COUNT } from "../../src/layout";
import { plan } from "../memory/job";
import { isBegun, lastIdOf } from "../memory/sequences";
import { addBias } from "./logitBias";

/** List: as of badWords, then biases f32[number of sequences], −Infinity bans. x += bias for the last token of each sequence whose
 *  others are the end of the history. */
export function sequenceBias(stage: usize): void {
  const list = plan + load<i32>(stage, STAGE_LIST);
  let sequence = list + 4;
  let bias = list + ((<usize>load<i32>(stage, STAGE_LIST_COUNT)) << 2);
  for (let i = load<i32>(list); i > 0; i--) {
    const last = lastIdOf(sequence);
    if (isBegun(sequence, 0)) addBias(load<i32>(last), load<f32>(bias));
    sequence = last + 4;
    bias += 4;
  }
}

// The end of text is raised more with each token. (HF ExponentialDecayLengthPenalty.)
import { JOB_POSITION, STAGE_INTEGER, STAGE_LIST, STAGE_LIST_COUNT, STAGE_NUMBER_0 } from "../../src/layout";
import { job, plan } from "../memory/job";
import { toFinite } from "../numbers/floats";
import { integerPower } from "../numbers/integerPower";
import { logitAt, patch } from "../row/row";
import { isOfRest } from "../sparse/rest";

/** integer: after how many tokens. Numbers: factor. List: ids i32[n], distinct. x += |x|·(factor^(position − integer) − 1); a
 *  power that overflows is the largest f64, so that 0 stays 0. */
export function exponentialDecayLengthPenalty(stage: usize): void {
  const exponent = load<i32>(job, JOB_POSITION) - load<i32>(stage, STAGE_INTEGER);
  if (exponent <= 0) return;
  const gain = min(integerPower(load<f64>(stage, STAGE_NUMBER_0), exponent), f64.MAX_VALUE) - 1;
  const ids = plan + load<i32>(stage, STAGE_LIST);
  for (let i = 0; i < load<i32>(stage, STAGE_LIST_COUNT); i++) {
    const id = load<i32>(ids + ((<usize>i) << 2));
    const x = <f64>logitAt(id);
    if (!(x > -Infinity)) continue;
    // of a token that a sparse row does not list, the smaller a negative logit, the more it gains
    patch(id, gain > 1 && isOfRest(id) ? f32.MAX_VALUE : toFinite(x + abs(x) * gain));
  }
}

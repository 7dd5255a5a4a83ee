// One entry of the list: inversion in list order with an f64 sum and a 53-bit uniform strictly inside (0, 1).
import { DOMAIN_DRAW } from "../../src/layout";
import { listCount } from "../list/list";
import { weightAt } from "../list/weights";
import { drawUniforms, uniformFirst } from "./uniforms";

/** Index of the drawn entry of the list, whose weights add up to `total`. `attempt`: how many draws came before. */
export function drawFromList(total: f64, attempt: u32): i32 {
  drawUniforms(DOMAIN_DRAW, attempt);
  const target = uniformFirst * total;
  let sum: f64 = 0;
  let last = 0;
  for (let i = 0; i < listCount; i++) {
    const weight = weightAt(i);
    if (weight > 0) {
      last = i;
      sum += weight;
      if (sum > target) break;
    }
  }
  return last;
}

// A watermark: it favours tokens by a keyed function of the tokens before, Philox blocks in a domain of their own.
import { DOMAIN_KGW, STAGE_NUMBER_0, STAGE_NUMBER_1 } from "../../src/layout";
import { context0, context1, hashContext } from "../memory/contextHash";
import { paddedLength } from "../memory/workspace";
import { toFinite } from "../numbers/floats";
import { philox0, philox1, philox2, philox3, philoxBlock } from "../numbers/philox";
import { copyRow, row } from "../row/row";
import { scanRow } from "../row/scan";

/** Adds δ to the logits of the green tokens: those whose word of the block (context, id / 4) is below γ·2^32. Numbers: δ, γ.
 *  (Kirchenbauer et al. 2023, arXiv 2301.10226; each token is green independently of the others with probability γ.) */
export function kgw(stage: usize): void {
  hashContext(stage, DOMAIN_KGW);
  const limit = load<f64>(stage, STAGE_NUMBER_1) * 4294967296.0;
  const delta = load<f64>(stage, STAGE_NUMBER_0);
  copyRow();
  for (let id = 0; id < paddedLength; id += 4) {
    philoxBlock(context0, context1, <u32>id >> 2, DOMAIN_KGW << 24);
    const p = row + ((<usize>id) << 2);
    if (<f64>philox0 < limit) raiseAt(p, delta);
    if (<f64>philox1 < limit) raiseAt(p + 4, delta);
    if (<f64>philox2 < limit) raiseAt(p + 8, delta);
    if (<f64>philox3 < limit) raiseAt(p + 12, delta);
  }
  scanRow(row, 0);
}

// @ts-ignore: decorator
@inline
function raiseAt(address: usize, delta: f64): void {
  const x = load<f32>(address);
  if (x > -Infinity) store<f32>(address, toFinite(<f64>x + delta));
}

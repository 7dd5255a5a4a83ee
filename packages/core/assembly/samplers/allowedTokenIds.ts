// The only tokens that may be drawn.
import { STAGE_LIST, STAGE_LIST_COUNT } from "../../src/layout";
import { plan } from "../memory/job";
import { allowOnly } from "../row/row";

/** List: ids i32[n], ascending, distinct. All others are out. */
export function allowedTokenIds(stage: usize): void {
  allowOnly(plan + load<i32>(stage, STAGE_LIST), load<i32>(stage, STAGE_LIST_COUNT));
}

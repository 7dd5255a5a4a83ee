// Tokens that may not be drawn.
import { STAGE_LIST, STAGE_LIST_COUNT } from "../../src/layout";
import { plan } from "../memory/job";
import { patch } from "../row/row";

/** List: ids i32[n]. They are out. */
export function bannedTokenIds(stage: usize): void {
  const count = load<i32>(stage, STAGE_LIST_COUNT);
  const ids = plan + load<i32>(stage, STAGE_LIST);
  for (let i: usize = 0; i < <usize>count; i++) patch(load<i32>(ids + i * 4), -Infinity);
}

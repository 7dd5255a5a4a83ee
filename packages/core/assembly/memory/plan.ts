// The plan's record: its stages one after the other.
import { PLAN_HEADER_BYTES, STAGE_BYTES } from "../../src/layout";
import { plan } from "./job";

/** Address of a stage's record. */
// @ts-ignore: decorator
@inline
export function stageAt(index: i32): usize {
  return plan + PLAN_HEADER_BYTES + <usize>index * STAGE_BYTES;
}

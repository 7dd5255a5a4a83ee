// What watermarks hash: the last tokens of the history with a key, block by block of Philox; `src/watermark/` computes the
// same for the detectors.
import { JOB_HISTORY, JOB_HISTORY_LENGTH, STAGE_INTEGER, STAGE_LIST, WATERMARK_CONTEXT } from "../../src/layout";
import { philox0, philox1, philoxBlock, usePhiloxKey } from "../numbers/philox";
import { job, plan } from "./job";

export let context0: u32 = 0;
export let context1: u32 = 0;

/** Hashes the last `integer` tokens (all, if there are fewer) with the key, which is the stage's list: low, high word. Philox
 *  has this key afterwards. */
export function hashContext(stage: usize, domain: u32): void {
  useContextKey(stage);
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const count = min(load<i32>(stage, STAGE_INTEGER), length);
  const history = <usize>load<u32>(job, JOB_HISTORY);
  context0 = <u32>count;
  context1 = 0;
  for (let i = length - count; i < length; i++) {
    const tokenId = load<u32>(history + ((<usize>i) << 2));
    philoxBlock(context0, context1, tokenId, (domain << 24) | WATERMARK_CONTEXT);
    context0 = philox0;
    context1 = philox1;
  }
}

/** Gives Philox the stage's key. */
export function useContextKey(stage: usize): void {
  const list = plan + load<i32>(stage, STAGE_LIST);
  usePhiloxKey(load<u32>(list), load<u32>(list, 4));
}

/**
 * Whether a model's rows depend on how tokens were split into steps and who shared them: that is a property of the quantisation
 * and the processor's kernels (measured: Q4_1 and Q8_0 do not below 64 tokens a step, Q4_K_M and f32 do), so it is tried.
 */
import type { ModelSource } from "@tokenmill/contracts";

const probeTokens = 23;
const chunkLengths = [1, 2, 3, 5, 8, 13, 23];
const signal = new AbortController().signal;

/**
 * Largest difference of a logit over several ways to compute the same row: short steps alone and in company, and the longest
 * step, since kernels for many tokens begin anywhere (measured: those of AMX at 32). Leaves the slots empty.
 */
export async function batchVariance(model: ModelSource): Promise<number> {
  const { sequences, stepTokens, contextTokens } = model.limits;
  const longest = Math.min(stepTokens, contextTokens);
  const count = Math.min(probeTokens, sequences > 1 ? stepTokens - 1 : stepTokens, contextTokens);
  const short = await variance(model, count, chunkLengths, sequences > 1 ? [false, true] : [false]);
  return Math.max(short, await variance(model, longest, [count], [false]));
}

/** Over steps of several lengths, held against one that takes all. */
async function variance(
  model: ModelSource,
  count: number,
  lengths: readonly number[],
  company: readonly boolean[],
): Promise<number> {
  const tokenIds = Int32Array.from({ length: count }, (_, i) => (i * 7919 + 3) % model.tokenizer.vocabSize);
  const whole = await rowOf(model, tokenIds, count, false);
  let worst = 0;
  for (const length of lengths) {
    for (const hasCompany of company) {
      const row = await rowOf(model, tokenIds, length, hasCompany);
      for (let id = 0; id < row.length; id++) worst = Math.max(worst, Math.abs(row[id]! - whole[id]!));
    }
  }
  return worst;
}

/**
 * The row after the tokens, in steps of `length`, alone or beside another slot that takes one token a step and is emptied after
 * every other one, so that cells before the row's become free.
 */
async function rowOf(
  model: ModelSource,
  tokenIds: Int32Array,
  length: number,
  hasCompany: boolean,
): Promise<Float32Array> {
  const target = new Float32Array(model.vocabSize);
  for (let at = 0, step = 0; at < tokenIds.length; at += length, step++) {
    const chunk = tokenIds.subarray(at, at + length);
    const isLast = at + length >= tokenIds.length;
    const rows = isLast ? [{ index: chunk.length - 1, target }] : [];
    const company = { slot: 1, position: step % 2, tokenIds: tokenIds.subarray(0, 1), rows: [] };
    const item = { slot: 0, position: at, tokenIds: chunk, rows };
    await model.step(hasCompany ? [item, company] : [item], signal);
    if (hasCompany && step % 2 === 1) model.truncate(1, 0);
  }
  model.truncate(0, 0);
  if (hasCompany) model.truncate(1, 0);
  return target;
}

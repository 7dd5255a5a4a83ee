/** Rows that are written once and sampled again and again: a patch that is not taken back shows in all that follows. */
import { createResult } from "@tokenmill/core";
import { createPool, type SamplerPool } from "@tokenmill/worker-pool";

const vocabSize = 100_000;
const slots = 8;

export function openStandingRows(workers: number): Promise<SamplerPool> {
  return createPool({ vocabSize, workers, slots, arenaBytes: 2 ** 20, inlineRows: 0 });
}

/** The tokens of all slots, round by round. A row takes 1 ms, as it is sorted for tailFree, and is patched meanwhile. */
export async function sampleStandingRows(pool: SamplerPool, rounds: number): Promise<number[]> {
  const plan = pool.compile({ repetitionPenalty: 1.3, presencePenalty: 0.5, typicalP: 0.9, tailFree: 0.99 });
  const seen = Array.from({ length: 1000 }, (_, i) => 2 * i);
  const history = pool.openHistory(seen, seen.length)!;
  const acquired = Array.from({ length: slots }, () => pool.acquire());
  for (const slot of acquired) {
    const row = pool.row(slot);
    for (let id = 0; id < vocabSize; id++) row[id] = 3 + 2 * Math.sin(id * id + slot);
  }
  const result = createResult(pool.maxLogprobs);
  const tokens: number[] = [];
  for (let position = 0; position < rounds; position++) {
    for (const slot of acquired) {
      pool.submit(slot, { plan, history, seed: 3n, sequenceId: BigInt(slot), position, writeRow: false });
    }
    for (let left = slots; left > 0; ) left -= (await pool.completed()).length;
    for (const slot of acquired) {
      pool.readResult(slot, result);
      if (result.status !== "ok") throw new Error(`round ${position}: ${result.message}`);
      tokens.push(result.tokenId);
    }
  }
  return tokens;
}

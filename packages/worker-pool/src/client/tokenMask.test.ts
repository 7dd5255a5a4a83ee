/** Token masks beside the rows: each slot its own, written by the host, read by whoever samples the row. */
import { createResult } from "@tokenmill/core";
import { createPool } from "@tokenmill/worker-pool";
import { expect, it } from "vitest";

it.each([0, 2])("each slot's mask holds for its row alone, with %d workers", async (workers) => {
  const vocabSize = 300;
  const pool = await createPool({ vocabSize, workers, slots: 8, arenaBytes: 2 ** 16, inlineRows: 0 });
  const plan = pool.compile({ temperature: 0 });
  const history = pool.openHistory([], 1)!;
  const result = createResult(20);
  for (let round = 0; round < 3; round++) {
    const wanted = new Map<number, number>();
    for (let i = 0; i < 8; i++) {
      const slot = pool.acquire();
      pool.row(slot).fill(1).set([3], 7);
      const hasTokenMask = i % 3 > 0;
      const mask = pool.tokenMask(slot);
      expect(mask.length).toBe(10);
      // all but the best, or one alone
      mask.fill(i % 3 === 1 ? -1 : 0);
      if (i % 3 === 1) mask[0]! &= ~(1 << 7);
      else mask[9] = 1 << (i + round);
      wanted.set(slot, i % 3 === 0 ? 7 : i % 3 === 1 ? 0 : 288 + i + round);
      pool.submit(slot, { plan, history, seed: 1n, sequenceId: 2n, position: 0, writeRow: false, hasTokenMask });
    }
    for (let done = 0; done < 8; ) {
      for (const slot of await pool.completed()) {
        pool.readResult(slot, result);
        expect(result).toMatchObject({ status: "ok", tokenId: wanted.get(slot) });
        pool.release(slot);
        done++;
      }
    }
  }
  await pool.close();
});

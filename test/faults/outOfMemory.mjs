/** Six rows, of which the third fills its worker's heap, then two more. argv: the source module. Prints what came of them. */
import { createResult } from "@tokenmill/core";
import { createPool } from "@tokenmill/worker-pool";

const worker = { moduleUrl: process.argv[2], options: { breakers: { 2: "outOfMemory" } } };
const source = { kind: "worker", name: "faulty", vocabSize: 100, dtype: "f32", tablesBytes: 0, worker };
const pool = await createPool({ source, workers: 2, slots: 6, arenaBytes: 4096, inlineRows: 0 });
const plan = pool.compile({ temperature: 0 });
const history = pool.openHistory([], 1);
const result = createResult(0);

async function statusesOf(sequenceIds) {
  const slots = sequenceIds.map((sequenceId) => {
    const slot = pool.acquire();
    pool.submit(slot, { plan, history, seed: 1n, sequenceId, position: 3, writeRow: true });
    return slot;
  });
  for (let left = slots.length; left > 0; ) left -= (await pool.completed()).length;
  return slots.map((slot) => {
    pool.readResult(slot, result);
    pool.release(slot);
    return result.status;
  });
}

const statuses = await statusesOf([0n, 1n, 2n, 3n, 4n, 5n]);
const { workerDeaths } = pool.stats();
const later = await statusesOf([6n, 7n]);
await pool.close();
console.log(JSON.stringify({ statuses, workerDeaths, later }));

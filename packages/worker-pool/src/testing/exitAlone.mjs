/** A program that uses a pool (with the worker file of its argument), closes it, and must then end by itself. Prints what is left and the CPU time of idling. */
import { getActiveResourcesInfo } from "node:process";
import { createPool } from "@tokenmill/worker-pool";

const [, , workerUrl] = process.argv;
const options = { vocabSize: 64, workers: 2, slots: 8, arenaBytes: 4096, inlineRows: 0 };
const pool = await createPool({ ...options, ...(workerUrl && { workerUrl }) });
const job = { plan: pool.compile({}), history: pool.openHistory([], 1), seed: 1n, sequenceId: 1n, position: 0 };

async function step() {
  const slots = Array.from({ length: 8 }, () => pool.acquire());
  for (const slot of slots) {
    pool.row(slot).fill(0);
    pool.submit(slot, { ...job, writeRow: false });
  }
  for (let left = 8; left > 0; ) {
    const done = await pool.completed();
    left -= done.length;
    for (const slot of done) pool.release(slot);
  }
}

await step();
await pool.killWorker(0);
await step();
const before = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, 1000));
const { user, system } = process.cpuUsage(before);
await step();
await pool.close();
await new Promise((resolve) => setImmediate(resolve));
const left = getActiveResourcesInfo().filter((name) => name !== "PipeWrap" && name !== "TTYWrap");
console.log(JSON.stringify({ left, idleCpuMs: (user + system) / 1000, deaths: pool.stats().workerDeaths }));

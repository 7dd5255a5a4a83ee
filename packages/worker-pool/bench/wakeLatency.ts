/** What the machine takes to wake a thread that sleeps, and the calling thread's event loop; no pool is involved. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { quantile } from "./stepper.ts";

/** The worker sleeps on word 0 and answers on word 1 at once; the time of its waking is in the f64 at byte 64. */
const program = `
  const { workerData } = require("node:worker_threads");
  const words = new Int32Array(workerData);
  const clock = new Float64Array(workerData, 64, 1);
  for (let seen = 0; seen >= 0; ) {
    Atomics.wait(words, 0, seen);
    const time = Number(process.hrtime.bigint()) / 1000;
    const value = Atomics.load(words, 0);
    if (value === seen) continue;
    seen = value;
    clock[0] = time;
    Atomics.add(words, 1, 1);
    Atomics.notify(words, 1);
  }`;

/** Microseconds, p50: the call that wakes, until the worker runs, and until the event loop has heard of its answer. */
export async function wakeLatency(rounds = 2000): Promise<{ call: number; worker: number; host: number }> {
  const memory = new SharedArrayBuffer(72);
  const words = new Int32Array(memory);
  const clock = new Float64Array(memory, 64, 1);
  const worker = new Worker(program, { eval: true, workerData: memory });
  await once(worker, "online");
  const now = (): number => Number(process.hrtime.bigint()) / 1000;
  const times: { call: number[]; worker: number[]; host: number[] } = { call: [], worker: [], host: [] };
  for (let round = 1; round <= rounds; round++) {
    for (const end = now() + 100; now() < end; ); // by then it sleeps
    const answers = Atomics.load(words, 1);
    const start = now();
    Atomics.store(words, 0, round);
    Atomics.notify(words, 0);
    times.call.push(now() - start);
    const answer = Atomics.waitAsync(words, 1, answers);
    if (answer.async) await answer.value;
    times.host.push(now() - clock[0]!);
    times.worker.push(clock[0]! - start);
  }
  Atomics.store(words, 0, -1);
  Atomics.notify(words, 0);
  await once(worker, "exit");
  return { call: quantile(times.call, 0.5), worker: quantile(times.worker, 0.5), host: quantile(times.host, 0.5) };
}

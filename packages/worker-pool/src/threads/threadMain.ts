/**
 * What a thread of the pool runs where piscina does not: the clock, and in bundled programs the workers. A bundle has it as a file
 * of its own, whose place is the option `workerUrl`.
 */
import { parentPort, workerData } from "node:worker_threads";
import { runTicker, type TickerSetup } from "./ticker.ts";
import { type ResidentTask, reside, type WorkerSetup } from "./worker.ts";

export type ThreadData =
  | { readonly ticker: TickerSetup }
  | { readonly setup: WorkerSetup; readonly task: ResidentTask };

const data = workerData as ThreadData;
if ("ticker" in data) runTicker(data.ticker);
else {
  await reside(data.setup, data.task);
  parentPort!.postMessage("returned");
}

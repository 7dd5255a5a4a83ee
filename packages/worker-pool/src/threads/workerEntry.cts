/**
 * What piscina loads in a thread: it tries `require` first, and a thread that ends while it requires an ES module takes the
 * process with it (Node 20: "Module::IsGraphAsync must be used on an instantiated module"). `import` can be interrupted.
 */
import type { ResidentTask, WorkerSetup } from "./worker.ts" with { "resolution-mode": "import" };

module.exports = async (task: ResidentTask): Promise<void> => {
  const [{ workerData }, { reside }] = await Promise.all([import("node:worker_threads"), import("./worker.ts")]);
  await reside(workerData as WorkerSetup, task);
};

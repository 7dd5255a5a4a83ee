/** The circumstances under which nothing may change. The first is what the others are compared with. */
import type { Scenario } from "./runScenario.ts";

export function scenariosFor(killEveryMs: number): readonly [Scenario, ...Scenario[]] {
  return [
    { name: "single: 1 worker", workers: 1, concurrency: 64 },
    { name: "single: no worker (calling thread)", workers: 0, concurrency: 64 },
    { name: "single: 2 workers", workers: 2, concurrency: 64 },
    { name: "single: 4 workers", workers: 4, concurrency: 64 },
    { name: "kernels: scalar build", workers: 2, concurrency: 64, variant: "scalar" },
    { name: "concurrency: 1 sequence at a time", workers: 2, concurrency: 1 },
    { name: "concurrency: 512 sequences at a time", workers: 2, concurrency: 512 },
    { name: "reordered: shuffled requests", workers: 2, concurrency: 100, isShuffled: true },
    { name: "mixed: as many strangers' requests", workers: 2, concurrency: 100, isShuffled: true, hasStrangers: true },
    { name: "killed: a worker every so often", workers: 2, concurrency: 64, killEveryMs },
    { name: "resumed: cut off, continued elsewhere", workers: 2, concurrency: 64, resumeOnWorkers: 1 },
  ];
}

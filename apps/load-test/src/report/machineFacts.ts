/** Where a run was made. */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly platform: string;
  /** Of the last minute, before the run: above the number of cores, others had work for the machine. */
  readonly loadAverage: number;
}

export function machineFacts(): MachineFacts {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    loadAverage: loadavg()[0]!,
  };
}

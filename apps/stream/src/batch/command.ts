/** `tokenmill batch`. */
import type { Command } from "commander";
import { type BatchFlags, batchFlags, checkBatchFlags } from "./batchFlags.ts";

export function batchCommand(): Command {
  return batchFlags().action(async (requests: string, flags: BatchFlags, command: Command) => {
    checkBatchFlags(command, flags);
    const { runBatch } = await import("./runBatch.ts");
    process.exitCode = await runBatch(requests, flags);
  });
}

/** `tokenmill batch`. */
import type { Command } from "commander";
import { type BatchFlags, batchFlags } from "./batchFlags.ts";

export function batchCommand(): Command {
  return batchFlags().action(async (requests: string, flags: BatchFlags) => {
    const { runBatch } = await import("./runBatch.ts");
    process.exitCode = await runBatch(requests, flags);
  });
}

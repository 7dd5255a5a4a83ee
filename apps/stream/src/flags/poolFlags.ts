/** `--workers` and `--slots`: how large the pool is, the first two flags of the group "Engine:". */
import { integerFlag } from "@tokenmill/cli";
import type { Command } from "commander";

export function addPoolFlags(command: Command): Command {
  return command
    .optionsGroup("Engine:")
    .option(
      "--workers <n>",
      "worker threads; 0 samples on the main thread (default: one per core)",
      integerFlag("workers", 0, 256),
    )
    .option(
      "--slots <n>",
      "rows in shared memory (default: 32 per worker, at least 64)",
      integerFlag("slots", 1, 65_536),
    );
}

/** Flags of `tokenmill batch`. */
import { addSourceFlags, integerFlag, type SourceFlags } from "@tokenmill/cli";
import { Command } from "commander";
import { addPoolFlags } from "../flags/poolFlags.ts";
import { addClusterFlags, type ClusterFlags } from "../cluster/clusterFlags.ts";
import { seedFlag } from "../serve/seedFlag.ts";

export interface BatchFlags extends SourceFlags, ClusterFlags {
  readonly output: string;
  readonly overwrite?: true;
  readonly concurrency: number;
  readonly verify: number;
  readonly seed: number | bigint;
  readonly modelName?: string;
  readonly workers?: number;
  readonly slots?: number;
  readonly json?: true;
}

/** The command without its action. */
export function batchFlags(): Command {
  const command = new Command("batch");
  command
    .summary("answer a file of requests, in the line format of OpenAI's batches")
    .description(
      "Answers a file of requests, one JSON object a line as OpenAI's batches have them:\n" +
        '{"custom_id": "1", "method": "POST", "url": "/v1/completions", "body": {"prompt": "…", "max_tokens": 16}}\n' +
        "Results come in the same order. The same file and seed give the same results, byte for byte, however often the command\n" +
        "is stopped, killed and started again: it goes on behind the last line that it wrote.",
    )
    .argument("<requests>", "file of requests")
    .requiredOption("--output <file>", "file of results; what a run before has left in it is continued")
    .option("--overwrite", "begin anew if there are results")
    .option("--concurrency <n>", "requests at a time", integerFlag("concurrency", 1, 8192), 256)
    .option("--seed <integer>", "requests without a seed get one from it and their line", seedFlag, 0)
    .option("--verify <percent>", "answer that share of requests twice, and compare", integerFlag("verify", 0, 100), 0)
    .option("--model-name <name>", "name of the model in requests and answers (default: the source's)")
    .option("--json", "print the summary as one JSON object on stdout");
  addSourceFlags(command);
  addPoolFlags(command);
  addClusterFlags(command);
  return command;
}

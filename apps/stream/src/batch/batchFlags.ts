/** Flags of `tokenmill batch`. */
import {
  addSourceFlags,
  type ConnectionFlags,
  integerFlag,
  parseNumber,
  type SourceFlags,
  UsageError,
} from "@tokenmill/cli";
import { Command } from "commander";
import { addPoolFlags } from "../flags/poolFlags.ts";
import { addClusterPlaceFlags } from "../cluster/clusterFlags.ts";
import { seedFlag } from "../serve/seedFlag.ts";

export interface BatchFlags extends SourceFlags, Partial<ConnectionFlags> {
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

/** Flags that have an effect with `--cluster`; the others say how this process answers, which is then for others to do. */
const shared: readonly (keyof BatchFlags | "debug")[] = [
  "output",
  "overwrite",
  "seed",
  "verify",
  "json",
  "cluster",
  "clusterName",
  "clusterCreds",
  "clusterCa",
  "clusterCert",
  "clusterKey",
  "debug",
];

/** @throws UsageError for a flag that has no effect */
export function checkBatchFlags(command: Command, { cluster }: BatchFlags): void {
  if (cluster === undefined) return;
  const idle = command.options.find((option) => {
    const name = option.attributeName();
    return command.getOptionValueSource(name) === "cli" && !(shared as readonly string[]).includes(name);
  });
  if (idle) throw new UsageError(`${idle.long} has no effect with --cluster: it is for the processes that answer`);
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
    .option(
      "--verify <percent>",
      "answer that share of requests twice, in a cluster by two processes, and compare",
      percentFlag,
      0,
    )
    .option(
      "--model-name <name>",
      "name of the model in requests and answers (default: the file or folder of --model, or the source's)",
    )
    .option("--json", "print the summary as one JSON object on stdout");
  addSourceFlags(command);
  addPoolFlags(command);
  addClusterPlaceFlags(command, "let the processes of a cluster answer: their models, not one of this command");
  return command;
}

/** @throws UsageError unless it is a share in percent, with or without its sign */
function percentFlag(text: string): number {
  const percent = parseNumber(text.replace(/%$/, ""));
  if (percent !== undefined && percent >= 0 && percent <= 100) return percent;
  throw new UsageError(`"verify" expected a share of 0 to 100 percent, got ${JSON.stringify(text)}`);
}

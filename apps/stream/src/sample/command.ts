/** `tokenmill sample`: the flags; what they do is loaded when they are used. */
import { addTextSourceFlags, integerFlag } from "@tokenmill/cli";
import { Command, Option } from "commander";
import { addPoolFlags } from "../flags/poolFlags.ts";
import { rowTimeoutFlag } from "../flags/rowTimeoutFlag.ts";
import { addGrammarFlags } from "../flags/grammarFlags.ts";
import { addSamplingFlags } from "../flags/samplingFlags.ts";
import type { SampleFlags } from "./runSample.ts";

const examples = `
Row i is drawn as position i of sequence 0, draw d of it as position i + d × rows, so equal seeds give equal tokens.
--ids gives each row its own: one JSON object a line, {"sequenceId": 7, "position": 3, "history": [1, 2], "promptLength": 1},
each field optional. A form of the output (--json-schema and others) says what may follow the history behind its prompt;
the rows of a file are then those of r50k's 50,257 tokens.

Examples:
  $ tokenmill sample --logits rows.npy --top-k 40 --seed 1
  $ tokenmill sample --model model.gguf --prompt "The capital of France is" --draws 20 --json
  $ tokenmill sample --logits rows.npy --params params.json --json | head
  $ tokenmill sample --logits rows.npy --logprobs 5 --output tokens.ndjson`;

export function sampleCommand(): Command {
  const command = new Command("sample")
    .summary("sample every row of a .npy file, or the row after a prompt, over all workers")
    .description(
      "Samples every row of an array of logits, [N, V] or [V] in f32 or f16, or a model's row after a prompt, over all workers.",
    )
    .optionsGroup("Rows:")
    .addOption(new Option("--logits <file>", "the rows: a .npy file").conflicts(["prompt", "model", "source"]))
    .addOption(new Option("--prompt <text>", "the row after the text instead, by --source or --model").conflicts("ids"))
    .option("--ids <file>", "sequence id, position and history of each row, one JSON object a line")
    .option(
      "--vocab-size <n>",
      "refuse rows of another length (default: as long as they are)",
      integerFlag("vocabSize", 1, 2 ** 24),
    )
    .option("--draws <n>", "draws from each row", integerFlag("draws", 1), 1);
  addPoolFlags(command)
    .addOption(rowTimeoutFlag())
    .optionsGroup("Output:")
    .option("--json", "print every draw as one JSON object a line on stdout")
    .option("--output <file>", "write every draw as one JSON object a line into a file")
    .addHelpText("after", examples)
    .action(async (flags: SampleFlags) => {
      const { runSample } = await import("./runSample.ts");
      process.exitCode = await runSample(flags);
    });
  addTextSourceFlags(command);
  addGrammarFlags(command);
  addSamplingFlags(command);
  return command.option("--params <file>", "sampling parameters from a JSON object; flags win");
}

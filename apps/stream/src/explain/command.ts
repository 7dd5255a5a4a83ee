/** `tokenmill explain`: the flags; what they do is loaded when they are used. */
import { addSourceFlags, integerFlag } from "@tokenmill/cli";
import { Command, Option } from "commander";
import { addGrammarFlags } from "../flags/grammarFlags.ts";
import { addSamplingFlags } from "../flags/samplingFlags.ts";
import type { ExplainFlags } from "./runExplain.ts";

const examples = `
Without --logits, --logits-file or --prompt the row is the article's: "Today's weather is so ___".
Token ids of a named row count its names from 0.

Examples:
  $ tokenmill explain
  $ tokenmill explain --temperature 0.7 --top-k 3 --svg figures
  $ tokenmill explain --logits '{"yes": 2, "no": 1.5, "maybe": 0}' --json
  $ tokenmill explain --prompt "The whale" --top-p 0.9
  $ tokenmill explain --prompt "The month is" --choice January --choice June --written J
  $ tokenmill explain --model model.gguf --prompt "The capital of France is"`;

/** Flags of parameters that change what is reported of a draw, not the draw. */
const withoutEffect: readonly string[] = ["logprobs", "logprobTokenIds", "logprobsMode", "samplingMask"];

export function explainCommand(): Command {
  const command = new Command("explain")
    .summary("walk one row from logits to draws, stage by stage")
    .description(
      "Walks one row of logits through softmax, temperature, top-k, top-p and many draws, as tables with bars.",
    )
    .addOption(new Option("--logits <json>", 'the row: {"token": logit, …}').conflicts(["logitsFile", "prompt"]))
    .addOption(new Option("--logits-file <file>", "the row, from a JSON file").conflicts(["logits", "prompt"]))
    .addOption(
      new Option("--prompt <text>", "the row after the text: of the embedded model, or of --source or --model"),
    )
    .addOption(
      new Option("--history <json>", 'names of the tokens that penalties see: ["token", …]').conflicts("prompt"),
    )
    .option("--written <text>", "the output so far, behind the prompt; a form of the output has read it")
    .option(
      "--top <count>",
      "tokens to show; of a longer row the most probable (1 to 1000)",
      integerFlag("top", 1, 1000),
      12,
    )
    .option("--draws <count>", "draws to make and count (1 to 10,000,000)", integerFlag("draws", 1, 1e7), 10_000)
    .option("--svg <directory>", "write temperature.svg, top-k.svg and top-p.svg")
    .option("--png <directory>", "write temperature.png, top-k.png and top-p.png")
    .option("--json", "print all numbers as one JSON object")
    .addHelpText("after", examples)
    .action(async (flags: ExplainFlags) => {
      const { runExplain } = await import("./runExplain.ts");
      await runExplain(flags);
    });
  addSourceFlags(command);
  addGrammarFlags(command);
  for (const option of samplingOptions())
    command.addOption(option.helpGroup("Sampling (each adds a section with your settings):"));
  return command;
}

function samplingOptions(): Option[] {
  const scratch = new Command();
  addSamplingFlags(scratch);
  return scratch.options.filter((option) => !withoutEffect.includes(option.attributeName()));
}

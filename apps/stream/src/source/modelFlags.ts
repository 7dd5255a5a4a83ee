/** Flags of a language model's runtime. */
import { integerFlag, UsageError } from "@tokenmill/cli";
import type { Command } from "commander";
import type { ModelOptions } from "@tokenmill/sources";

export interface ModelFlags {
  readonly model?: string;
  readonly modelSequences?: number;
  readonly contextTokens?: number;
  readonly stepTokens?: number;
  readonly modelThreads?: number;
  readonly deterministic?: boolean;
}

export function addModelFlags(command: Command): void {
  command
    .option(
      "--model <file>",
      "a language model instead: a GGUF file, the folder of an ONNX model, or the name of one in $TOKENMILL_MODELS or the Hugging Face cache",
    )
    .option(
      "--model-sequences <integer>",
      "sequences whose keys and values are kept at the same time (default: 16; ONNX 8)",
      integerFlag("modelSequences", 1, 256),
    )
    .option(
      "--context-tokens <integer>",
      "tokens of one sequence, prompt and output (default: the model's, at most 4096; ONNX 2048)",
      integerFlag("contextTokens", 16, 2 ** 20),
    )
    .option(
      "--step-tokens <integer>",
      "most tokens computed at once: bounds the gap that a long prompt makes (default: 256; ONNX 64)",
      integerFlag("stepTokens", 1, 2048),
    )
    .option(
      "--model-threads <integer>",
      "threads of the runtime (default: cores − 1)",
      integerFlag("modelThreads", 1, 256),
    )
    .option("--deterministic", "GGUF: rows whose bits depend on their tokens alone; slower prompts");
}

/** @throws UsageError for flags of a model where there is none. */
export function checkModelFlags(flags: ModelFlags): void {
  if (flags.model !== undefined) return;
  const given = {
    "--model-sequences": flags.modelSequences,
    "--context-tokens": flags.contextTokens,
    "--step-tokens": flags.stepTokens,
    "--model-threads": flags.modelThreads,
    "--deterministic": flags.deterministic,
  };
  for (const [flag, value] of Object.entries(given)) {
    if (value !== undefined) throw new UsageError(`${flag} has an effect with --model only`);
  }
}

export function modelOptions(flags: ModelFlags): ModelOptions {
  const { modelSequences, contextTokens, stepTokens, modelThreads, deterministic } = flags;
  return {
    ...(modelSequences !== undefined && { sequences: modelSequences }),
    ...(contextTokens !== undefined && { contextTokens }),
    ...(stepTokens !== undefined && { stepTokens }),
    ...(modelThreads !== undefined && { threads: modelThreads }),
    ...(deterministic !== undefined && { deterministic }),
  };
}

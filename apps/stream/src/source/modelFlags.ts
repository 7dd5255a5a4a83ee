/** Flags of a language model's runtime. */
import { integerFlag, UsageError } from "@tokenmill/cli";
import type { Command } from "commander";
import type { LlamaModelOptions } from "@tokenmill/llama";

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
    .option("--model <file>", "a GGUF model instead, computed by llama.cpp (npm install koffi and its libraries)")
    .option(
      "--model-sequences <integer>",
      "sequences whose keys and values are kept at the same time (default: 16)",
      integerFlag("modelSequences", 1, 256),
    )
    .option(
      "--context-tokens <integer>",
      "tokens of one sequence, prompt and output (default: the model's, at most 4096)",
      integerFlag("contextTokens", 16, 2 ** 20),
    )
    .option(
      "--step-tokens <integer>",
      "most tokens computed at once: bounds the gap that a long prompt makes (default: 256)",
      integerFlag("stepTokens", 1, 2048),
    )
    .option(
      "--model-threads <integer>",
      "threads of llama.cpp (default: cores − 1)",
      integerFlag("modelThreads", 1, 256),
    )
    .option("--deterministic", "rows whose bits depend on their tokens alone; slower prompts");
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

export function modelOptions(modelPath: string, flags: ModelFlags): LlamaModelOptions {
  const { modelSequences, contextTokens, stepTokens, modelThreads, deterministic } = flags;
  return {
    modelPath,
    ...(modelSequences !== undefined && { sequences: modelSequences }),
    ...(contextTokens !== undefined && { contextTokens }),
    ...(stepTokens !== undefined && { stepTokens }),
    ...(modelThreads !== undefined && { threads: modelThreads }),
    ...(deterministic !== undefined && { deterministic }),
  };
}

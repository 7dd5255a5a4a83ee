/** Flags of a language model's runtime: one table, from which commands make flags and scenarios fields. */
import type { ModelOptions, ModelRuntime } from "@tokenmill/sources";
import { type Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import { integerFlag } from "../numberFlags.ts";

export interface ModelFlags {
  /** File, folder or name of a language model; absent: rows come from `source`. */
  readonly model?: string;
  readonly modelSequences?: number;
  readonly contextTokens?: number;
  readonly stepTokens?: number;
  readonly modelThreads?: number;
  readonly topLogits?: number;
  readonly deterministic?: boolean;
  readonly runtime?: ModelRuntime;
}

interface ModelInteger {
  readonly syntax: string;
  readonly says: string;
  readonly shown: string;
  readonly least: number;
  readonly most: number;
  readonly option: Exclude<keyof ModelOptions, "deterministic" | "runtime">;
}

/** Those that are integers. */
export const modelIntegers: Readonly<
  Record<Exclude<keyof ModelFlags, "model" | "deterministic" | "runtime">, ModelInteger>
> = {
  modelSequences: {
    syntax: "--model-sequences <integer>",
    says: "sequences whose keys and values are kept at the same time",
    shown: "16; ONNX 8",
    least: 1,
    most: 256,
    option: "sequences",
  },
  contextTokens: {
    syntax: "--context-tokens <integer>",
    says: "tokens of one sequence, prompt and output",
    shown: "the model's, at most 4096; ONNX 2048",
    least: 16,
    most: 2 ** 20,
    option: "contextTokens",
  },
  stepTokens: {
    syntax: "--step-tokens <integer>",
    says: "most tokens computed at once: bounds the gap that a long prompt makes",
    shown: "256; ONNX 64",
    least: 1,
    most: 2048,
    option: "stepTokens",
  },
  modelThreads: {
    syntax: "--model-threads <integer>",
    says: "threads of the runtime",
    shown: "cores − 1",
    least: 1,
    most: 256,
    option: "threads",
  },
  topLogits: {
    syntax: "--top-logits <integer>",
    says: "runtime node-llama-cpp: largest logits of a row, beside the weight of the others",
    shown: "256",
    least: 1,
    most: 2 ** 20,
    option: "topLogits",
  },
};

export const deterministicFlag: { readonly syntax: string; readonly says: string } = {
  syntax: "--deterministic",
  says: "GGUF: rows whose bits depend on their tokens alone; slower prompts",
};

export const runtimeFlag: { readonly syntax: string; readonly says: string; readonly names: readonly ModelRuntime[] } =
  {
    syntax: "--runtime <name>",
    says: "what computes a GGUF file: llama.cpp's libraries, or node-llama-cpp without FFI, with sparse rows",
    // as @tokenmill/sources has them, which is loaded where a model is
    names: ["llama.cpp", "node-llama-cpp"],
  };

const flagsByName = { ...modelIntegers, deterministic: deterministicFlag, runtime: runtimeFlag };
const integerNames = Object.keys(modelIntegers) as (keyof typeof modelIntegers)[];
/** All that has an effect with a model only. */
export const modelFlagNames: readonly Exclude<keyof ModelFlags, "model">[] = [
  ...integerNames,
  "deterministic",
  "runtime",
];

export function addModelFlags(command: Command): void {
  command.option(
    "--model <file>",
    "a language model instead: a GGUF file, the folder of an ONNX model, or the name of one in $TOKENMILL_MODELS or the Hugging Face cache",
  );
  for (const name of integerNames) {
    const { syntax, says, shown, least, most } = modelIntegers[name];
    command.option(syntax, `${says} (default: ${shown})`, integerFlag(name, least, most));
  }
  command
    .option(deterministicFlag.syntax, deterministicFlag.says)
    .addOption(new Option(runtimeFlag.syntax, `${runtimeFlag.says} (default: llama.cpp)`).choices(runtimeFlag.names));
}

/** @throws UsageError for flags of a model where there is none. */
export function checkModelFlags(flags: ModelFlags): void {
  if (flags.model !== undefined) return;
  const name = modelFlagNames.find((each) => flags[each] !== undefined);
  if (name === undefined) return;
  throw new UsageError(`${flagsByName[name].syntax.split(" ")[0]} has an effect with --model only`);
}

export function modelOptions(flags: ModelFlags): ModelOptions {
  const { deterministic, runtime } = flags;
  const options: ModelOptions = {};
  if (deterministic !== undefined) options.deterministic = deterministic;
  if (runtime !== undefined) options.runtime = runtime;
  for (const name of integerNames) {
    const value = flags[name];
    if (value !== undefined) options[modelIntegers[name].option] = value;
  }
  return options;
}

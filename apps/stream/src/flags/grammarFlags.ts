/** Flags that constrain outputs, and the fields of the engine's requests that they become. */
import { messageOf, refusalOf } from "@tokenmill/check";
import { readText, UsageError } from "@tokenmill/cli";
import {
  type CompiledGrammar,
  type GenerateRequest,
  type GrammarForm,
  grammarForms,
  type GrammarProvider,
  type GrammarSpec,
  type Tokenizer,
} from "@tokenmill/core";
import { requestPatterns } from "@tokenmill/engine";
import { createGrammarProvider } from "@tokenmill/grammar";
import type { Command } from "commander";

export interface GrammarFlags {
  readonly jsonSchema?: string;
  readonly grammar?: string;
  readonly regex?: string;
  readonly choice?: readonly string[];
  readonly structuralTag?: string;
}

type GrammarFields = Partial<Pick<GenerateRequest, GrammarForm>>;

const flagOf: Readonly<Record<GrammarForm, string>> = {
  jsonSchema: "--json-schema",
  grammar: "--grammar",
  regex: "--regex",
  choice: "--choice",
  structuralTag: "--structural-tag",
};

export function addGrammarFlags(command: Command): void {
  const collect = (value: string, values: readonly string[] | undefined): string[] => [...(values ?? []), value];
  command
    .optionsGroup("Form of the output, at most one:")
    .option("--json-schema <file>", "JSON that the schema in the file accepts")
    .option("--grammar <file>", "text of the grammar in the file: EBNF or GBNF from its rule root, Lark from start")
    .option("--regex <expression>", "text that the regular expression matches as a whole")
    .option("--choice <text>", "one of these texts; may be repeated", collect)
    .option("--structural-tag <file>", "free text with the structural tags in the file (JSON)");
}

/** The request fields of the flags. @throws UsageError for more than one form and files that are not UTF-8, or the file system's error */
export async function readGrammarFlags(flags: GrammarFlags): Promise<GrammarFields> {
  const [form, second] = grammarForms.filter((name) => flags[name] !== undefined);
  if (second) throw new UsageError(`${flagOf[form!]} and ${flagOf[second]} exclude each other: an output has one form`);
  switch (form) {
    case undefined:
      return {};
    case "regex":
      return { regex: flags.regex! };
    case "choice":
      return { choice: flags.choice! };
    case "jsonSchema":
    case "grammar":
    case "structuralTag":
      return { [form]: await readText(flags[form]!) };
    default:
      return form satisfies never;
  }
}

/** @throws UsageError where the rows' tokens have no texts, or no end */
export function grammarProviderFor(tokenizer: Tokenizer | undefined, vocabSize: number, flag: string): GrammarProvider {
  if (tokenizer?.eosTokenId === undefined) {
    throw new UsageError(`${flag} needs a source whose tokens are text with an end, such as --source embedded`);
  }
  return createGrammarProvider({ tokenizer, vocabSize });
}

/** Compiles the flags' form, so that what is wrong with it is said once. @throws UsageError */
export async function compileForm(
  provider: GrammarProvider | undefined,
  fields: GrammarFields,
): Promise<CompiledGrammar | undefined> {
  if (!provider || Object.keys(fields).length === 0) return undefined;
  try {
    return await provider.compile(fields as GrammarSpec);
  } catch (cause) {
    if (refusalOf(cause)) throw new UsageError(messageOf(cause), { cause });
    throw cause;
  }
}

/** Compiles the patterns of flags for the same reason. @throws UsageError */
export async function compilePatterns(
  provider: GrammarProvider | undefined,
  request: Parameters<typeof requestPatterns>[0],
): Promise<void> {
  try {
    const { stop, stopRegex, bannedRegex, bannedRegexIgnoreCase } = request;
    const lists = requestPatterns({ stop, stopRegex, bannedRegex, bannedRegexIgnoreCase });
    for (const { param, patterns } of lists) await provider!.compileSearch!(patterns, { param });
  } catch (cause) {
    if (refusalOf(cause)) throw new UsageError(messageOf(cause), { cause });
    throw cause;
  }
}

/** The flag that asks for a form; undefined if none does. */
export function grammarFlagIn(flags: GrammarFlags): string | undefined {
  const form = grammarForms.find((name) => flags[name] !== undefined);
  return form && flagOf[form];
}

/** Flags of `tokenmill stream`. */
import { addSourceFlags, asUsage, integerFlag, type SourceFlags, UsageError } from "@tokenmill/cli";
import type { Phase, RepetitionDetection, ThinkingTags } from "@tokenmill/core";
import { repetitionRule, type RepetitionRule } from "@tokenmill/engine";
import { Command, Option } from "commander";
import { addPoolFlags } from "../flags/poolFlags.ts";
import { rowTimeoutFlag } from "../flags/rowTimeoutFlag.ts";
import { wireFormats } from "../sinks/encoder.ts";
import { addGrammarFlags, type GrammarFlags } from "../flags/grammarFlags.ts";
import { addSamplingFlags } from "../flags/samplingFlags.ts";
import { parseArray, parseNumbers, parseObject } from "../flags/parseValue.ts";
import type { StageFlag } from "../flags/stageFlag.ts";

const outputFormats: readonly ["text", ...typeof wireFormats] = ["text", ...wireFormats];
type OutputFormat = (typeof outputFormats)[number];

export interface StreamFlags extends SourceFlags, GrammarFlags {
  readonly prompt?: readonly string[];
  readonly prompts?: string;
  readonly promptsFormat?: "ndjson" | "text";
  readonly count?: number;
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly stopRegex?: readonly string[];
  readonly ignoreEos?: true;
  readonly repetitionDetection?: RepetitionRule;
  readonly thinkingTokenBudget?: number;
  readonly thinking?: ThinkingTags;
  readonly forcedTokenIds?: readonly number[];
  readonly forcedEosTokenId?: number;
  readonly phases?: readonly Phase[];
  readonly bannedStrings?: readonly string[];
  readonly bannedRegex?: readonly string[];
  readonly bannedRegexIgnoreCase?: readonly string[];
  readonly bannedN?: number;
  readonly rewindCountMax?: number;
  readonly promptLogprobs?: number;
  readonly workers?: number;
  readonly slots?: number;
  readonly rowTimeout: number;
  readonly concurrency: number;
  readonly format?: OutputFormat;
  readonly output?: string;
  readonly show?: number;
  readonly json?: true;
  readonly params?: string;
  readonly stage?: StageFlag;
}

/** The command without its action. */
export function streamFlags(): Command {
  const command = new Command("stream");
  const collect = (value: string, values: readonly string[] | undefined): string[] => [...(values ?? []), value];
  command
    .summary("generate many sequences at once and stream their tokens")
    .description(
      "Generates many sequences at once and streams their tokens.\n" +
        "Without prompts it runs a small job that shows what it can do.",
    )
    .optionsGroup("Requests:")
    .option("--prompt <text>", "a prompt; may be repeated", collect)
    .option("--prompts <file>", "a file of requests, one a line; - is stdin")
    .addOption(
      new Option(
        "--prompts-format <format>",
        "what the lines are (default: ndjson, each a request object with its own parameters)",
      ).choices(["ndjson", "text"]),
    )
    .option("--count <n>", "sequences for each prompt (default: 1)", integerFlag("count", 1))
    .option("--max-tokens <n>", "most tokens of a sequence (default: 256)", integerFlag("maxTokens", 1, 2 ** 24))
    .option("--stop <text>", "text that ends a sequence; may be repeated", collect)
    .option("--stop-regex <regex>", "regular expression whose match ends a sequence; may be repeated", collect)
    .option("--ignore-eos", "go on after end of text")
    .option(
      "--repetition-detection <json>",
      'end a sequence that goes round in a loop: {"maxPatternSize": 32, "minCount": 4} where up to 32 tokens come 4 times',
      repetitionFlag,
    )
    .option(
      "--thinking-token-budget <n>",
      "most tokens of thinking, whose end is forced then (default: any number)",
      integerFlag("thinkingTokenBudget", -1, 2 ** 24),
    )
    .option(
      "--thinking <json>",
      'its tags: {"start": "<think>", "ends": ["</think>"], "forcedEnd": "…", "isOpen": true}',
      thinkingFlag,
    )
    .option("--forced-token-ids <ids>", "the first tokens of each output: ids with commas", idsFlag)
    .option(
      "--forced-eos-token-id <id>",
      "the token at the last place of --max-tokens",
      integerFlag("forcedEosTokenId", 0),
    )
    .option(
      "--phases <json>",
      'other parameters from some place on: [{"from": "answer", "params": {"temperature": 0.3}}]',
      phasesFlag,
    )
    .option("--banned-strings <text>", "a text that no sequence holds: tokens are taken back; may be repeated", collect)
    .option("--banned-regex <pattern>", "a pattern of such texts; may be repeated", collect)
    .option("--banned-regex-ignore-case <pattern>", "the same, in any case; may be repeated", collect)
    .option(
      "--banned-n <n>",
      "tokens of a banned text that are banned where they stood, -1 for all (default: 1)",
      integerFlag("bannedN", -1, 2 ** 24),
    )
    .option(
      "--rewind-count-max <n>",
      "how often in a row tokens are taken back before a banned text is let pass (default: 20, or twice the texts)",
      integerFlag("rewindCountMax", -1, 255),
    )
    .option(
      "--prompt-logprobs <n>",
      "score the prompt: each token's log-probability and the n best in its place, in the first event",
      integerFlag("promptLogprobs", 0),
    );
  addGrammarFlags(command);
  addSourceFlags(command);
  addPoolFlags(command)
    .option("--concurrency <n>", "most sequences open at a time", integerFlag("concurrency", 1, 131_072), 256)
    .addOption(rowTimeoutFlag());
  command
    .optionsGroup("Output:")
    .addOption(
      new Option(
        "--format <format>",
        "text: a line per sequence; ndjson, msgpack, sse: an event per token (default: text, with --output ndjson)",
      ).choices(outputFormats),
    )
    .option("--output <file>", "where sequences or events go instead of stdout")
    .option("--show <n>", "text: copies of each prompt that are shown (default: all)", integerFlag("show", 0))
    .option("--json", "print the summary as one JSON object on stdout; events go to --output only");
  addSamplingFlags(command);
  command.option("--params <file>", "sampling parameters from a JSON object; flags win");
  return command;
}

/** @throws UsageError */
function repetitionFlag(text: string): RepetitionRule | undefined {
  const given = parseObject(text);
  if (!given) throw new UsageError(`"repetitionDetection" expected a JSON object, got ${JSON.stringify(text)}`);
  return asUsage(() => repetitionRule(given as RepetitionDetection));
}

/** @throws UsageError */
function thinkingFlag(text: string): ThinkingTags {
  const given = parseObject(text);
  if (!given) throw new UsageError(`"thinking" expected a JSON object, got ${JSON.stringify(text)}`);
  return given;
}

/** @throws UsageError */
function phasesFlag(text: string): readonly Phase[] {
  const given = parseArray(text);
  if (!given) throw new UsageError(`"phases" expected a JSON array, got ${JSON.stringify(text)}`);
  return given as readonly Phase[];
}

/** @throws UsageError */
function idsFlag(text: string): readonly number[] {
  const ids = parseNumbers(text);
  if (!ids) throw new UsageError(`"forcedTokenIds" expected array of token ids, got ${JSON.stringify(text)}`);
  return ids;
}

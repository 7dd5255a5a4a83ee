/** Rules that act on an output between its tokens: fields of the engine's requests that bodies have under their own names. */
import type { SequenceRequest, ThinkingTags } from "@tokenmill/core";
import { BodyFields, numbersIn, type RawBody } from "./bodyFields.ts";
import { namedFields } from "./fieldNames.ts";
import { boolean, integer, type JsonSchema, object } from "./jsonSchema.ts";
import { repetitionField, repetitionOf } from "./repetitionDetection.ts";

export type SequenceRules = Pick<
  SequenceRequest,
  | "repetitionDetection"
  | "thinkingTokenBudget"
  | "thinking"
  | "forcedTokenIds"
  | "forcedEosTokenId"
  | "bannedStrings"
  | "bannedRegex"
  | "bannedRegexIgnoreCase"
  | "bannedN"
  | "rewindCountMax"
>;

/** Of these, patterns, which who follows grammars compiles. */
export const patternRules: readonly ("bannedRegex" | "bannedRegexIgnoreCase")[] = [
  "bannedRegex",
  "bannedRegexIgnoreCase",
];

const tag = (description: string): JsonSchema => ({
  anyOf: [{ type: "string" }, { type: "array", items: { type: "integer" } }],
  description,
  "x-expected": "string or array of token ids",
});

const texts = (description: string): JsonSchema => ({
  type: "array",
  items: { type: "string" },
  description,
  "x-expected": "array of strings",
});

export const ruleFields: Readonly<Record<string, JsonSchema>> = {
  ...namedFields("repetitionDetection", repetitionField),
  ...namedFields(
    "thinkingTokenBudget",
    integer("Most tokens of thinking, whose end is forced then; -1: any number, absent too.", -1, 2 ** 24),
  ),
  ...namedFields("thinking", {
    ...object({
      ...namedFields("start", tag("What begins it. Absent: <think>.")),
      ...namedFields("ends", {
        type: "array",
        items: tag("What ends it."),
        description: "What ends it, 1 to 16 tags. Absent: </think>.",
        "x-expected": "array of 1 to 16 tags",
      }),
      ...namedFields("forcedEnd", tag("What is forced, a message and an end, say. Absent: the first of ends.")),
      ...namedFields("isOpen", boolean("Whether the prompt leaves it open. Absent: by the tags in it.")),
    }),
    description:
      "Tags of thinking: text, names of special tokens, or token ids. What has a form follows it behind thinking.",
  }),
  ...namedFields("forcedTokenIds", {
    type: "array",
    items: { type: "integer" },
    description: "The first tokens of the output.",
    "x-expected": "array of token ids",
  }),
  ...namedFields("forcedEosTokenId", integer("The token at the last place that max_tokens allows.", 0)),
  ...namedFields(
    "bannedStrings",
    texts("Texts that the output does not hold, in any case: tokens are taken back and drawn again. At most 1024."),
  ),
  ...namedFields("bannedRegex", texts("Patterns (flag u) of texts that the output does not hold. At most 64.")),
  ...namedFields("bannedRegexIgnoreCase", texts("The same, in any case.")),
  ...namedFields(
    "bannedN",
    integer("Tokens of a banned text that are banned where they stood; -1: all. Absent: 1.", -1),
  ),
  ...namedFields(
    "rewindCountMax",
    integer(
      "How often in a row tokens are taken back before a banned text is let pass; -1: 20, or twice the texts.",
      -1,
      255,
    ),
  ),
};

export function sequenceRulesOf(fields: BodyFields): SequenceRules {
  const repetitionDetection = repetitionOf(fields.record("repetitionDetection"));
  const thinkingTokenBudget = fields.number("thinkingTokenBudget");
  const thinking = thinkingOf(fields.record("thinking"));
  const forcedEosTokenId = fields.number("forcedEosTokenId");
  const forcedTokenIds = numbersIn(fields.value("forcedTokenIds"));
  const bannedN = fields.number("bannedN");
  const rewindCountMax = fields.number("rewindCountMax");
  return {
    ...(repetitionDetection && { repetitionDetection }),
    ...(thinkingTokenBudget !== undefined && { thinkingTokenBudget }),
    ...(thinking && { thinking }),
    ...(forcedTokenIds.length > 0 && { forcedTokenIds }),
    ...(forcedEosTokenId !== undefined && { forcedEosTokenId }),
    ...textsOf(fields, "bannedStrings"),
    ...textsOf(fields, "bannedRegex"),
    ...textsOf(fields, "bannedRegexIgnoreCase"),
    ...(bannedN !== undefined && { bannedN }),
    ...(rewindCountMax !== undefined && { rewindCountMax }),
  };
}

/** An empty list is one: what stands beside it is not without effect. */
function textsOf<Name extends string>(fields: BodyFields, name: Name): { [K in Name]?: readonly string[] } {
  if (fields.value(name) === undefined || fields.value(name) === null) return {};
  return { [name]: fields.texts(name) } as { [K in Name]: readonly string[] };
}

function thinkingOf(given: RawBody | undefined): ThinkingTags | undefined {
  if (!given) return undefined;
  const fields = new BodyFields(given);
  const [start, forcedEnd] = [tagIn(fields.value("start")), tagIn(fields.value("forcedEnd"))];
  const ends = fields.value("ends");
  const isOpen = fields.flag("isOpen");
  return {
    ...(start !== undefined && { start }),
    ...(Array.isArray(ends) && { ends: ends.map((end) => tagIn(end)!) }),
    ...(forcedEnd !== undefined && { forcedEnd }),
    ...(isOpen !== undefined && { isOpen }),
  };
}

function tagIn(value: unknown): string | readonly number[] | undefined {
  return typeof value === "string" ? value : Array.isArray(value) ? numbersIn(value) : undefined;
}

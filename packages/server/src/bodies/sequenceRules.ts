/** Rules that act on an output between its tokens: fields of the engine's requests that bodies have under their own names. */
import type { SequenceRequest } from "@tokenmill/core";
import type { BodyFields } from "./bodyFields.ts";
import { namedFields } from "./fieldNames.ts";
import { integer, type JsonSchema } from "./jsonSchema.ts";
import { repetitionField, repetitionOf } from "./repetitionDetection.ts";

export type SequenceRules = Pick<
  SequenceRequest,
  "repetitionDetection" | "bannedStrings" | "bannedRegex" | "bannedRegexIgnoreCase" | "bannedN" | "rewindCountMax"
>;

/** Of these, patterns, which who follows grammars compiles. */
export const patternRules: readonly ("bannedRegex" | "bannedRegexIgnoreCase")[] = [
  "bannedRegex",
  "bannedRegexIgnoreCase",
];

const texts = (description: string): JsonSchema => ({
  type: "array",
  items: { type: "string" },
  description,
  "x-expected": "array of strings",
});

export const ruleFields: Readonly<Record<string, JsonSchema>> = {
  ...namedFields("repetitionDetection", repetitionField),
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
  const bannedN = fields.number("bannedN");
  const rewindCountMax = fields.number("rewindCountMax");
  return {
    ...(repetitionDetection && { repetitionDetection }),
    ...textsOf(fields, "bannedStrings"),
    ...textsOf(fields, "bannedRegex"),
    ...textsOf(fields, "bannedRegexIgnoreCase"),
    ...(bannedN !== undefined && { bannedN }),
    ...(rewindCountMax !== undefined && { rewindCountMax }),
  };
}

function textsOf<Name extends string>(fields: BodyFields, name: Name): { [K in Name]?: readonly string[] } {
  const given = fields.texts(name);
  return given.length > 0 ? ({ [name]: given } as { [K in Name]: readonly string[] }) : {};
}

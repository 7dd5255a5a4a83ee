/** A specification of any kind as an image. Runs in the compile threads, and wherever there are none. */
import { checkString, messageOf, refuse } from "@tokenmill/check";
import type { GrammarSpec } from "@tokenmill/contracts";
import type { Budget } from "../budget/budget.ts";
import { compileRules } from "../compile/compileRules.ts";
import type { GrammarImage } from "../compile/image.ts";
import { Expressions } from "../regex/expressions.ts";
import { regexText } from "../regex/regexText.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { compileJsonSchema } from "../schema/compileJsonSchema.ts";
import { choicesText } from "../text/choices.ts";
import { compileGrammar } from "../text/compileGrammar.ts";
import { type TextGrammar, textNode } from "../text/nodes.ts";
import { parseGrammar } from "../text/parseGrammar.ts";
import { parseStructuralTag } from "../text/structuralTags.ts";
import type { TokenNames } from "../text/tokens.ts";

/** Most nodes of expressions, about 40 bytes each. */
const mostNodes = 2 ** 21;

export interface SpecSettings {
  readonly tokens: TokenNames;
  /** Blanks wherever JSON allows some, instead of one line with ", " and ": ". */
  readonly anyWhitespace: boolean;
}

/**
 * @param expressions of specifications before, which much of the work is shared with; not to be used again after a GrammarBudgetError
 *   that is no HurriedError
 * @throws TypeError, RangeError for a specification that is none, GrammarBudgetError
 */
export function compileSpec(
  spec: GrammarSpec,
  settings: SpecSettings,
  budget: Budget,
  expressions: Expressions = newExpressions(),
): GrammarImage {
  expressions.budget = budget;
  const [name] = Object.keys(spec);
  return compileRules(rulesOf(spec, settings, expressions, budget), budget, name ?? "grammar");
}

export function newExpressions(): Expressions {
  return new Expressions({ nodes: mostNodes });
}

function rulesOf(
  spec: GrammarSpec,
  { tokens, anyWhitespace }: SpecSettings,
  expressions: Expressions,
  budget: Budget,
): GrammarRules {
  const compileSchema = (given: unknown): GrammarRules =>
    compileJsonSchema(given, { anyWhitespace, budget }, expressions).rules;
  const compileText = (grammar: TextGrammar, param: string): GrammarRules =>
    compileGrammar(grammar, { expressions, param, compileSchema });
  if ("jsonSchema" in spec) return compileSchema(schemaOf(spec.jsonSchema));
  if ("regex" in spec) return compileText(ofText(regexText(checkString("regex", spec.regex))), "regex");
  if ("choice" in spec) return compileText(ofText(choicesText(spec.choice)), "choice");
  if ("structuralTag" in spec) return compileText(parseStructuralTag(spec.structuralTag, tokens), "structuralTag");
  return compileText(parseGrammar(checkString("grammar", spec.grammar), tokens), "grammar");
}

const ofText = (regex: TextRegex): TextGrammar => ({ rules: [{ name: "text", body: textNode(regex) }], start: 0 });

/** @throws TypeError for what is no schema */
function schemaOf(given: unknown): unknown {
  let schema = given;
  if (typeof given === "string") {
    try {
      schema = JSON.parse(given);
    } catch (error) {
      throw new TypeError(`"jsonSchema" expected an object, a boolean or JSON text of one: ${messageOf(error)}`);
    }
  }
  const isObject = typeof schema === "object" && schema !== null && !Array.isArray(schema);
  if (isObject || typeof schema === "boolean") return schema;
  return refuse("jsonSchema", "object, boolean or JSON text of one", given, true);
}

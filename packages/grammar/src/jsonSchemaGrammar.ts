/**
 * JSON schema → grammar: by XGrammar's converter, except for what version 0.1.27 gets wrong. Its upper bounds of integers
 * let larger numbers pass (0 … 120 takes 129), its strings of bounded length take control characters and no escapes, and a
 * `pattern` may leave the string. So bounded integers and strings go in as marks, which are replaced in the grammar
 * that comes out, and negated character classes are narrowed.
 */
import { refuseBecause } from "@tokenmill/check";
import type { Binding, GrammarHandle } from "./binding.ts";
import { boundedString, type Rules } from "./boundedString.ts";
import { integerRange } from "./integerRange.ts";
import { mapSchemas, type SchemaObject } from "./mapSchemas.ts";

/** A schema with marks in it, and what they stand for. */
export interface MarkedSchema {
  readonly text: string;
  readonly mark: string;
  /** What stands for mark 0, 1, … */
  readonly expressions: readonly string[];
  /** Rules that these use. */
  readonly rules: Rules;
}

/** For a schema that `unenforced` found nothing in. @throws RangeError if no integer lies between two bounds. */
export function markSchema(schema: unknown): MarkedSchema {
  let mark = "mark";
  for (const text = JSON.stringify(schema); text.includes(mark); ) mark += "x";
  const expressions: string[] = [];
  const rules: Rules = new Map();
  const marked = mapSchemas(schema, (each) => {
    const expression = exactExpression(each, rules);
    return expression === undefined ? each : { const: `${mark}${expressions.push(expression) - 1}.` };
  });
  return { text: JSON.stringify(marked), mark, expressions, rules };
}

export function jsonSchemaGrammar(
  { Grammar }: Binding,
  { text, mark, expressions, rules }: MarkedSchema,
  anyWhitespace: boolean,
): GrammarHandle {
  const separators = anyWhitespace ? undefined : { first: ", ", second: ": " };
  const converted = Grammar.FromJSONSchema(text, anyWhitespace, undefined, separators, true, undefined, false);
  let ebnf = narrowClasses(converted.ToString());
  converted.delete();
  expressions.forEach((expression, index) => {
    ebnf = ebnf.replaceAll(`"\\"${mark}${index}.\\""`, `${mark}_${index}`);
    ebnf += `\n${mark}_${index} ::= ${expression.replaceAll("@", `${mark}_`)}`;
  });
  for (const [name, rule] of rules) ebnf += `\n${`${name} ::= ${rule}`.replaceAll("@", `${mark}_`)}`;
  return Grammar.FromEBNF(ebnf, "root");
}

/** A bounded integer or string. */
function exactExpression(schema: SchemaObject, rules: Rules): string | undefined {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, pattern, format } = schema;
  if (type === "integer") {
    const least = largest(ceil(minimum), after(exclusiveMinimum));
    const most = smallest(floor(maximum), before(exclusiveMaximum));
    if (least === undefined && most === undefined) return undefined;
    if (least !== undefined && most !== undefined && least > most) {
      refuseBecause("jsonSchema", `expected bounds with an integer between them, got ${least} to ${most}`, false);
    }
    return integerRange(least, most);
  }
  const isBounded = minLength !== undefined || maxLength !== undefined;
  // with a pattern or format XGrammar says itself that it ignores the length
  if (type !== "string" || !isBounded || pattern !== undefined || format !== undefined) return undefined;
  return boundedString(Number(minLength ?? 0), maxLength === undefined ? undefined : Number(maxLength), rules);
}

const ceil = (x: unknown): number | undefined => (typeof x === "number" ? Math.ceil(x) : undefined);
const floor = (x: unknown): number | undefined => (typeof x === "number" ? Math.floor(x) : undefined);
const after = (x: unknown): number | undefined => (typeof x === "number" ? Math.floor(x) + 1 : undefined);
const before = (x: unknown): number | undefined => (typeof x === "number" ? Math.ceil(x) - 1 : undefined);

function largest(...bounds: (number | undefined)[]): number | undefined {
  const given = bounds.filter((x) => x !== undefined);
  return given.length === 0 ? undefined : Math.max(...given);
}

function smallest(...bounds: (number | undefined)[]): number | undefined {
  const given = bounds.filter((x) => x !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}

/** "Any character" and "any but these", in a printed grammar, never mean what JSON writes as an escape. */
function narrowClasses(ebnf: string): string {
  const escaped = String.raw`\"\\\0-\x1f`;
  return ebnf
    .replaceAll(String.raw`[\0-\U0010ffff]`, `[^${escaped}]`)
    .replaceAll(/\[\^((?:\\.|[^\]\\])*)\]/g, (_, characters: string) => `[^${characters}${escaped}]`);
}

/**
 * Schemas that only say what scalars there may be, as texts: equal ones come to the same expression in every document, so
 * that a thread works each of them out once.
 */
import type { Expr, Expressions } from "../regex/expressions.ts";
import type { Location } from "./document.ts";
import { isObject } from "./schemaObject.ts";
import { hasLoneSurrogate } from "../json/texts.ts";
import { isConstraint } from "./keywords.ts";

/** Most schemas that are remembered with the expressions that they are made of. */
const mostKnown = 20_000;

const bounds: ReadonlySet<string> = new Set([
  "exclusiveMaximum",
  "exclusiveMinimum",
  "format",
  "maxLength",
  "maximum",
  "minLength",
  "minimum",
  "multipleOf",
  "nullable",
  "pattern",
]);

/** By text: what spells the values; undefined where there is none. */
export type KnownLeaves = Map<string, Expr | undefined>;

const known = new WeakMap<Expressions, KnownLeaves>();

/** Those of expressions that go on from one specification to the next. */
export function knownLeaves(expressions: Expressions): KnownLeaves {
  let leaves = known.get(expressions);
  if (leaves === undefined || leaves.size >= mostKnown) known.set(expressions, (leaves = new Map()));
  return leaves;
}

/** Tells schemas apart that are compiled to different expressions with the same settings; undefined where a value may have parts. */
export function leafText({ value, resource }: Location): string | undefined {
  if (!isObject(value)) return undefined;
  let isScalar = false;
  let text = "";
  for (const keyword of Object.keys(value)) {
    if (!isConstraint(keyword)) continue;
    const given = value[keyword];
    if (keyword === "type") {
      if (Array.isArray(given) ? given.some(mayHaveParts) : mayHaveParts(given)) return undefined;
      isScalar = true;
    } else if (keyword === "enum" || keyword === "const") {
      const values: readonly unknown[] = keyword === "enum" && Array.isArray(given) ? given : [given];
      if (!values.every(hasOwnText)) return undefined;
      isScalar = true;
    } else if (!bounds.has(keyword)) return undefined;
    text += `${keyword}:${JSON.stringify(given)},`;
  }
  return isScalar ? `${text} ${resource.dialect.isUnnamed}` : undefined;
}

/** The strings that a schema is a list of; undefined for one that says something else, or more. */
export function wordsOf({ value }: Location): readonly string[] | undefined {
  if (!isObject(value)) return undefined;
  const { enum: words, type = "string" } = value;
  if (type !== "string" || !Array.isArray(words) || words.length === 0) return undefined;
  for (const keyword of Object.keys(value)) {
    if (keyword !== "enum" && keyword !== "type" && isConstraint(keyword)) return undefined;
  }
  return words.every((word) => typeof word === "string" && !hasLoneSurrogate(word)) ? words : undefined;
}

/** Of one without parts; infinities, which large numbers are read as, are written as null. */
function hasOwnText(value: unknown): boolean {
  return typeof value === "number" ? Number.isFinite(value) : typeof value !== "object" || value === null;
}

function mayHaveParts(type: unknown): boolean {
  return type === "array" || type === "object";
}

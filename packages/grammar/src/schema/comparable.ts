/**
 * Values that are compared by how they are written: equal ones are written alike, on one line, as one lexeme, but for properties
 * with names that are not declared, which may stand in any order. Left out are values inside each other without end, and of
 * such properties all but one where they are of several kinds or counted.
 */
import type { Expr } from "../regex/expressions.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { isAmbiguous, mostLevels, singleText, SizeError } from "../rules/singleText.ts";
import { EmptySchemaError } from "./errors.ts";
import type { Formula } from "./formula.ts";
import { areOfOneKind, type ObjectPlan } from "./objectPlan.ts";
import type { CompileSettings } from "./options.ts";

/** Why values cannot be compared by how they are written. */
export class IncomparableError extends Error {
  override readonly name = "IncomparableError";
}

interface ValueCompiler {
  compile(): GrammarRules;
  /** Objects of the values, as they are written. */
  readonly plans: readonly ObjectPlan[];
}

export interface ComparableValues {
  readonly text: Expr;
  /** Objects among them and inside of them, as they are written. */
  readonly plans: readonly ObjectPlan[];
}

/** Undefined if there is no such value. @throws IncomparableError */
export function comparableValues(
  formula: Formula,
  settings: CompileSettings,
  compilerOf: (settings: CompileSettings) => ValueCompiler,
): ComparableValues | undefined {
  const { comparing } = settings;
  if (comparing.filter((each) => each === formula).length === mostLevels) return undefined;
  const own: CompileSettings = {
    ...settings,
    anyWhitespace: false,
    anyOrder: false,
    spelling: "json",
    comparing: [...comparing, formula],
  };
  try {
    let compiler = compilerOf(own);
    let rules = compiler.compile();
    if (isAmbiguous(rules) && !areWrittenAlike(compiler.plans)) {
      const nameOrder = [...new Set(compiler.plans.flatMap(({ names }) => names))];
      compiler = compilerOf({ ...own, nameOrder });
      rules = compiler.compile();
    }
    return { text: singleText(rules, settings.budget), plans: compiler.plans };
  } catch (error) {
    if (error instanceof EmptySchemaError) return undefined;
    if (error instanceof SizeError) throw new IncomparableError(`an item ${error.message}`);
    throw error;
  }
}

/** Whether an object that fits several of them is written in the same way by each. */
export function areWrittenAlike(plans: readonly ObjectPlan[]): boolean {
  const all = new Set(plans.flatMap(({ names }) => names));
  if (plans.some(({ names, free }) => free.length > 0 && names.length > 0 && names.length < all.size)) return false;
  const earlier = new Set<string>();
  for (const { names } of plans) {
    for (const [place, name] of names.entries()) {
      for (const later of names.slice(place + 1)) earlier.add(JSON.stringify([name, later]));
    }
  }
  return plans.every(({ names }) =>
    names.every((name, place) => names.slice(0, place).every((before) => !earlier.has(JSON.stringify([name, before])))),
  );
}

/** @throws IncomparableError for objects that are nothing without free properties, where these are of several kinds or counted */
export function checkComparable(plan: ObjectPlan): void {
  if (plan.names.length > 0 || plan.free.length === 0 || areOfOneKind(plan)) return;
  throw new IncomparableError(
    "objects without declared properties whose others follow several schemas, or are counted, are not compared",
  );
}

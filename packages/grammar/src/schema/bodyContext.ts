/** What the bodies of rules are made with. */
import type { Budget } from "../budget/budget.ts";
import type { Expressions } from "../regex/expressions.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import type { CountBounds } from "../rules/grammarRules.ts";
import type { Formula, Formulas } from "./formula.ts";
import type { ObjectPlan } from "./objectPlan.ts";
import type { CompileSettings } from "./options.ts";
import type { Punctuation } from "./punctuation.ts";
import type { RuleSymbol } from "./ruleBody.ts";
import type { Views } from "./views.ts";

export interface DistinctSymbol {
  readonly symbol: RuleSymbol;
  /** Objects among the values and inside of them, as they are written. */
  readonly plans: readonly ObjectPlan[];
}

export interface BodyContext {
  readonly expressions: Expressions;
  readonly views: Views;
  readonly formulas: Formulas;
  readonly settings: CompileSettings;
  readonly budget: Budget;
  readonly punctuation: Punctuation;
  /** What spells the values that satisfy the formula; undefined if none does, as far as is seen at once. */
  symbolOf(formula: Formula): RuleSymbol | undefined;
  /** The same, as one lexeme, for values that are compared by how they are written. @throws IncomparableError */
  distinctSymbolOf(formula: Formula): DistinctSymbol | undefined;
  /** So many of these values, no two of them equal, as one lexeme inside of a value that is compared. @throws IncomparableError */
  distinctListOf(formula: Formula, counts: CountBounds): RuleSymbol | undefined;
  /** Properties of such names, each once, as one lexeme inside of a value that is compared. @throws IncomparableError */
  distinctPropertiesOf(names: TextRegex, value: Formula): RuleSymbol | undefined;
  /** Whether so many values can be told apart by how they are written. @throws IncomparableError */
  hasTexts(formula: Formula, least: number): boolean;
}

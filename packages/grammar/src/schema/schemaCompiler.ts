/** Symbols for formulas, and the rules behind them, made one after the other: schemas may be nested to any depth. */
import type { Budget } from "../budget/budget.ts";
import type { Expr, Expressions } from "../regex/expressions.ts";
import { countTexts } from "../regex/countTexts.ts";
import { mostItems } from "../regex/kinds.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import type { CountBounds, GrammarRules } from "../rules/grammarRules.ts";
import { AnyOrderBody, fitsAnyOrder } from "./anyOrderBody.ts";
import { type ObjectPlan, planObject } from "./objectPlan.ts";
import { addPlainArray } from "./plainArray.ts";
import { addPlainObject, type BodyEnds, plainObject } from "./plainObject.ts";
import { type PlainSchema, plainSchema } from "./plainSchema.ts";
import { ObjectSteps } from "./objectSteps.ts";
import { StateTable } from "./stateTable.ts";
import { alternativesOf } from "./alternatives.ts";
import { ArrayBody } from "./arrayBody.ts";
import type { BodyContext, DistinctSymbol } from "./bodyContext.ts";
import type { Claims } from "./claims.ts";
import { checkComparable, type ComparableValues, comparableValues, IncomparableError } from "./comparable.ts";
import { EmptySchemaError, UnsupportedSchemaError } from "./errors.ts";
import { type Formula, type Formulas, nameOf, type SchemaFormula } from "./formula.ts";
import { checkNesting } from "./nesting.ts";
import type { ObjectClaim } from "./objectClaims.ts";
import { ObjectBody } from "./objectBody.ts";
import type { CompileSettings } from "./options.ts";
import { prune } from "./prune.ts";
import { Punctuation } from "./punctuation.ts";
import type { SchemaReading } from "./reading.ts";
import { leafText } from "./leafTexts.ts";
import { LexemeTable, RuleBody, type RuleSymbol } from "./ruleBody.ts";
import { Scalars } from "./scalars.ts";
import type { Views } from "./views.ts";

export class SchemaCompiler implements BodyContext {
  readonly formulas: Formulas;
  readonly expressions: Expressions;
  readonly settings: CompileSettings;
  readonly budget: Budget;
  readonly punctuation: Punctuation;
  readonly #reading: SchemaReading;
  readonly #root: Formula;
  readonly #lexemes: LexemeTable;
  readonly #bodies: RuleBody[] = [];
  readonly #symbols = new Map<Formula, RuleSymbol | undefined>();
  /** By what their bodies are made of: rules of formulas that say the same. */
  readonly #rules = new Map<string, RuleSymbol>();
  /** Of the same value: what refers to what is looked at. */
  readonly #open = new Set<Formula>();
  readonly #pending: (() => void)[] = [];
  /** Of objects whose values are compared. */
  readonly plans: ObjectPlan[] = [];
  /** By formula: the values that are compared by how they are written. */
  readonly #comparable = new Map<Formula, ComparableValues | undefined>();
  readonly #scalars: Scalars;

  constructor(reading: SchemaReading, root: Formula, settings: CompileSettings) {
    this.#reading = reading;
    this.settings = settings;
    const { expressions } = reading;
    this.expressions = expressions;
    this.#lexemes = new LexemeTable(expressions);
    this.budget = settings.budget;
    this.formulas = reading.formulas;
    this.punctuation = new Punctuation(expressions, this.#lexemes, settings.anyWhitespace, settings.spelling);
    this.#scalars = new Scalars(reading, settings, this.punctuation);
    this.#root = root;
  }

  /** Made when they are needed: plain schemas do without. */
  get views(): Views {
    return this.#reading.views;
  }

  compile(): GrammarRules {
    const start = new RuleBody("document", this.budget);
    this.#bodies.push(start);
    const symbol = this.symbolOf(this.#root);
    const first = start.addState();
    if (symbol) start.addEdge(first, symbol, start.addState(true));
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) next();
    try {
      return prune(this.expressions, this.#lexemes.lexemes, this.#bodies, this.budget);
    } catch (error) {
      const { leftOut } = this.views;
      if (!(error instanceof EmptySchemaError) || !leftOut) throw error;
      throw new UnsupportedSchemaError(leftOut.origin.keyword, leftOut.origin.pointer, leftOut.reason);
    }
  }

  symbolOf(formula: Formula): RuleSymbol | undefined {
    if (this.#symbols.has(formula)) return this.#symbols.get(formula);
    this.budget.spend(16);
    const symbol = this.#symbol(formula);
    this.#symbols.set(formula, symbol);
    return symbol;
  }

  #symbol(formula: Formula): RuleSymbol | undefined {
    if (formula.kind === "false") return undefined;
    if (formula.kind === "true" && !this.#hasLength && !this.#isComparable)
      return this.#addRule(formula, (body, ends) => this.#addAnything(body, ends));
    if (formula.kind !== "schema") return this.#makeSymbol(formula);
    const leaf = leafText(formula.location);
    if (leaf !== undefined) return this.#lexeme(this.#scalars.leaf(formula, leaf), formula);
    const plain = this.#isComparable ? undefined : plainSchema(this.#reading.readings, formula.location);
    return plain ? this.#plainSymbol(formula, plain) : this.#makeSymbol(formula);
  }

  #plainSymbol(formula: SchemaFormula, plain: PlainSchema): RuleSymbol | undefined {
    switch (plain.is) {
      case "same":
        return this.#ofSameValue(formula, () => this.symbolOf(plain.as));
      case "object": {
        if (!this.#areNamesInOrder) return this.#makeSymbol(formula);
        return this.#addRule(formula, (body, ends) => {
          if (!plain.isTyped) this.#addNoObjects(body, ends);
          addPlainObject(this, body, ends, plain.object);
        });
      }
      case "array":
        return this.#addRule(formula, (body, ends) => addPlainArray(this, body, ends, plain));
      case "oneOf":
        if (!this.views.areApart(plain.branches)) return this.#makeSymbol(formula);
        return this.#ofSameValue(formula, () => this.#anyOf(formula, plain.branches));
      case "anyOf":
        return this.#ofSameValue(formula, () => this.#anyOf(formula, plain.branches));
      default:
        return plain satisfies never;
    }
  }

  #addAnything(body: RuleBody, ends: BodyEnds): void {
    this.#addNoObjects(body, ends);
    addPlainObject(this, body, ends, { names: [], required: new Set(), values: new Map(), others: undefined });
  }

  /** Every value that is no object. */
  #addNoObjects(body: RuleBody, ends: BodyEnds): void {
    const always = this.formulas.true;
    const scalar = this.#lexeme(this.#scalars.leaf(always, "any"), always);
    if (scalar) body.addEdge(ends.start, scalar, ends.end);
    addPlainArray(this, body, ends, { items: always, isNonEmpty: false });
  }

  get #areNamesInOrder(): boolean {
    return !this.settings.anyOrder && !this.#isComparable && !this.#hasLength;
  }

  /** Whether values are written in one way each. */
  get #isComparable(): boolean {
    return this.settings.comparing.length > 0;
  }

  /** Whether strings and names have a largest length. */
  get #hasLength(): boolean {
    return this.settings.stringLength < Infinity;
  }

  #ofSameValue(formula: SchemaFormula, symbolOf: () => RuleSymbol | undefined): RuleSymbol | undefined {
    checkNesting(this.#open, formula);
    this.#open.add(formula);
    const symbol = symbolOf();
    this.#open.delete(formula);
    return symbol;
  }

  #anyOf(formula: Formula, branches: readonly Formula[]): RuleSymbol | undefined {
    const { expressions, formulas } = this;
    if (branches.includes(formulas.true)) return this.symbolOf(formulas.true);
    const scalars: Expr[] = [];
    const rules = new Set<number>();
    for (const branch of branches) {
      const symbol = this.symbolOf(branch);
      if (symbol === undefined) continue;
      if ("rule" in symbol) rules.add(symbol.rule);
      else scalars.push(this.#lexemes.lexemes[symbol.lexeme]!.expression);
    }
    const text = scalars.length > 0 ? expressions.or(scalars) : undefined;
    const scalar = this.#lexeme(text, formula);
    const [rule] = rules;
    if (rule === undefined) return scalar;
    if (!scalar && rules.size === 1) return { rule };
    return this.#sharedRule(`any ${text} ${[...rules].join()}`, formula, (body, { start, end }) => {
      if (scalar) body.addEdge(start, scalar, end);
      for (const each of rules) body.addEdge(start, { rule: each }, end);
    });
  }

  /** A rule whose body is filled later. */
  #addRule(formula: Formula, fill: (body: RuleBody, ends: BodyEnds) => void): RuleSymbol {
    const body = new RuleBody(nameOf(formula), this.budget);
    const rule = this.#bodies.push(body) - 1;
    this.#pending.push(() => fill(body, { start: body.addState(), end: body.addState(true) }));
    return { rule };
  }

  /** One for all formulas of the key. */
  #sharedRule(key: string, formula: Formula, fill: (body: RuleBody, ends: BodyEnds) => void): RuleSymbol {
    let rule = this.#rules.get(key);
    if (!rule) this.#rules.set(key, (rule = this.#addRule(formula, fill)));
    return rule;
  }

  #lexeme(scalars: Expr | undefined, formula: Formula): RuleSymbol | undefined {
    return scalars === undefined ? undefined : this.#lexemes.add(scalars, nameOf(formula));
  }

  distinctSymbolOf(formula: Formula): DistinctSymbol | undefined {
    const values = this.#comparableValues(formula);
    return values && { symbol: this.#lexemes.add(values.text, nameOf(formula)), plans: values.plans };
  }

  distinctListOf(formula: Formula, { min, max }: CountBounds): RuleSymbol | undefined {
    if (min > mostItems || (max > mostItems && max < Infinity)) {
      throw new IncomparableError(`a list inside of an item has at most ${mostItems} items, or no bound`);
    }
    const values = this.#comparableValues(formula);
    if (values === undefined) return undefined;
    this.plans.push(...values.plans);
    return this.#lexeme(this.expressions.distinct(values.text, min, max), formula);
  }

  distinctPropertiesOf(names: TextRegex, value: Formula): RuleSymbol | undefined {
    const { expressions, punctuation } = this;
    const values = this.#comparableValues(value);
    if (values === undefined) return undefined;
    this.plans.push(...values.plans);
    const tail = expressions.concat([expressions.literal(": "), values.text]);
    return this.#lexeme(expressions.distinct(punctuation.quoted(names), 1, Infinity, tail), value);
  }

  hasTexts(formula: Formula, least: number): boolean {
    const values = this.#comparableValues(formula);
    return values !== undefined && countTexts(this.expressions, values.text, least) >= least;
  }

  #comparableValues(formula: Formula): ComparableValues | undefined {
    const { settings } = this;
    const known = this.#comparable;
    if (known.has(formula)) return known.get(formula);
    let values: ComparableValues | undefined;
    if (settings.spelling === "json" && !this.#hasParts(formula)) {
      const text = this.#scalars.of(formula, true);
      values = text === undefined ? undefined : { text, plans: [] };
    } else values = comparableValues(formula, settings, (each) => new SchemaCompiler(this.#reading, formula, each));
    known.set(formula, values);
    return values;
  }

  #makeSymbol(formula: Formula): RuleSymbol | undefined {
    const scalars = this.#scalars.of(formula);
    if (!this.#hasParts(formula)) return this.#lexeme(scalars, formula);
    const key = `all ${scalars} ${this.views.arrays(formula).id} ${this.views.objects(formula).id}`;
    return this.#sharedRule(key, formula, (body, ends) => this.#fill(body, ends, formula, scalars));
  }

  #fill(body: RuleBody, { start, end }: BodyEnds, formula: Formula, scalars: Expr | undefined): void {
    const { views } = this;
    if (scalars !== undefined) body.addEdge(start, this.#lexemes.add(scalars, nameOf(formula)), end);
    const arrays = alternativesOf(
      views.arrayTable,
      views.arrays(formula),
      (claims) => views.simplerArray(claims),
      (claim) => claim.is === "unique" || claim.is === "item",
    );
    for (const claims of arrays) new ArrayBody(this, body, end, claims).build(start);
    const objects = alternativesOf(
      views.objectTable,
      views.objects(formula),
      (claims) => views.simplerObject(claims),
      (claim) => claim.is === "declared",
    );
    // of any value at all an object with one property is enough, of an object that is asked for it is not
    const isAny = views.arrays(formula).kind === "true" && views.objects(formula).kind === "true";
    for (const claims of objects) this.#addObject(body, { start, end }, claims, isAny);
  }

  #addObject(body: RuleBody, { start, end }: BodyEnds, claims: Claims<ObjectClaim>, isAny: boolean): void {
    const plain = this.#areNamesInOrder ? plainObject(claims) : undefined;
    if (plain) {
      addPlainObject(this, body, { start, end }, plain);
      return;
    }
    const plan = planObject(this.views, this.formulas, claims, this.settings);
    if (this.#isComparable) {
      if (!isAny) checkComparable(plan);
      this.plans.push(plan);
    }
    const states = new StateTable(body, this.budget);
    const steps = new ObjectSteps(this, body, states, plan);
    const Body = this.settings.anyOrder && fitsAnyOrder(plan) ? AnyOrderBody : ObjectBody;
    new Body(this, body, end, steps, states).build(start);
  }

  #hasParts(formula: Formula): boolean {
    return this.views.arrays(formula).kind !== "false" || this.views.objects(formula).kind !== "false";
  }
}

/** Symbols for formulas, and the rules behind them, made one after the other: schemas may be nested to any depth. */
import type { Budget } from "../budget/budget.ts";
import type { Expr, Expressions } from "../regex/expressions.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { countTexts } from "../regex/countTexts.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { and, concat, literal, not, ofLength, repeat, anything } from "../json/texts.ts";
import { AnyOrderBody, fitsAnyOrder } from "./anyOrderBody.ts";
import type { Claims } from "./claims.ts";
import type { ObjectClaim } from "./objectClaims.ts";
import { planObject } from "./objectPlan.ts";
import { addPlainArray } from "./plainArray.ts";
import { addPlainObject, type BodyEnds, plainObject } from "./plainObject.ts";
import { type PlainSchema, plainSchema } from "./plainSchema.ts";
import { ObjectSteps } from "./objectSteps.ts";
import { StateTable } from "./stateTable.ts";
import { alternativesOf } from "./alternatives.ts";
import { ArrayBody } from "./arrayBody.ts";
import type { BodyContext } from "./bodyContext.ts";
import type { SchemaWarning } from "./compileJsonSchema.ts";
import { SchemaDocument } from "./document.ts";
import { type Formula, Formulas, type SchemaFormula } from "./formula.ts";
import { checkNesting } from "./nesting.ts";
import { ObjectBody } from "./objectBody.ts";
import type { CompileSettings } from "./options.ts";
import { prune } from "./prune.ts";
import { Punctuation } from "./punctuation.ts";
import { readSchema } from "./readSchema.ts";
import { knownLeaves, type KnownLeaves, leafText, wordsOf } from "./leafTexts.ts";
import { LexemeTable, RuleBody, type RuleSymbol } from "./ruleBody.ts";
import type { Readings } from "./schemaReader.ts";
import { emptyScope } from "./scopes.ts";
import { Views } from "./views.ts";

/** Spellings of a number that is also spelled shorter. */
const withLastZero: TextRegex = concat(anything, literal("."), anything, repeat(literal("0"), 1, 1));

/** Branches of a `oneOf` that are compared with each other. */
const mostCompared = 64;

export class SchemaCompiler implements BodyContext {
  readonly warnings: SchemaWarning[] = [];
  readonly formulas: Formulas = new Formulas();
  readonly expressions: Expressions;
  readonly settings: CompileSettings;
  readonly budget: Budget;
  readonly punctuation: Punctuation;
  readonly #readings: Readings;
  readonly #root: Formula;
  readonly #lexemes = new LexemeTable();
  readonly #bodies: RuleBody[] = [];
  readonly #symbols = new Map<Formula, RuleSymbol | undefined>();
  /** Of the same value: what refers to what is looked at. */
  readonly #open = new Set<Formula>();
  #views: Views | undefined;
  readonly #pending: (() => void)[] = [];
  readonly #leaves: KnownLeaves;
  /** What scalars depend on besides their schema. */
  readonly #settingsText: string;

  constructor(schema: unknown, settings: CompileSettings, expressions: Expressions) {
    this.settings = settings;
    this.expressions = expressions;
    this.budget = settings.budget;
    expressions.budget = settings.budget;
    this.#leaves = knownLeaves(expressions);
    const { spelling, largestInteger, numberDigits, stringLength } = settings;
    this.#settingsText = ` ${spelling} ${largestInteger} ${numberDigits} ${stringLength}`;
    this.punctuation = new Punctuation(expressions, this.#lexemes, settings.anyWhitespace, settings.spelling);
    const document = new SchemaDocument(schema);
    this.#readings = {
      document,
      formulas: this.formulas,
      warn: (origin, reason) => void this.warnings.push({ ...origin, reason }),
    };
    this.#root = this.formulas.schema(document.root, emptyScope);
  }

  /** Made when they are needed: plain schemas do without. */
  get views(): Views {
    return (this.#views ??= this.#makeViews());
  }

  #makeViews(): Views {
    const read = new Map<Formula, Formula>();
    const { formulas, expressions, settings, budget } = this;
    return new Views({
      formulas,
      expressions,
      limits: settings,
      budget,
      read: (formula) => {
        let known = read.get(formula);
        if (!known) read.set(formula, (known = readSchema(this.#readings, formula.location, formula.scope)));
        return known;
      },
    });
  }

  compile(): GrammarRules {
    const start = new RuleBody("document", this.budget);
    this.#bodies.push(start);
    const symbol = this.symbolOf(this.#root);
    const first = start.addState();
    if (symbol) start.addEdge(first, symbol, start.addState(true));
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) next();
    return prune(this.expressions, this.#lexemes.lexemes, this.#bodies, this.budget);
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
    if (formula.kind === "true" && !this.#hasLength)
      return this.#addRule(formula, (body, ends) => this.#addAnything(body, ends));
    if (formula.kind !== "schema") return this.#makeSymbol(formula);
    const leaf = leafText(formula.location);
    if (leaf !== undefined) return this.#lexeme(this.#leaf(formula, leaf), formula);
    const plain = plainSchema(this.#readings, formula.location);
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
        if (!this.#areApart(plain.branches)) return this.#makeSymbol(formula);
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
    const scalar = this.#lexeme(this.#leaf(always, "any"), always);
    if (scalar) body.addEdge(ends.start, scalar, ends.end);
    addPlainArray(this, body, ends, { items: always, isNonEmpty: false });
  }

  get #areNamesInOrder(): boolean {
    return !this.settings.anyOrder && !this.#hasLength;
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

  /** Whether no two hold of the same value. */
  #areApart(branches: readonly Formula[]): boolean {
    if (branches.length > mostCompared) return false;
    return branches.every((a, i) => branches.every((b, j) => j <= i || this.views.areDisjoint(a, b)));
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
    const scalar = this.#lexeme(scalars.length > 0 ? expressions.or(scalars) : undefined, formula);
    const [rule] = rules;
    if (rule === undefined) return scalar;
    if (!scalar && rules.size === 1) return { rule };
    return this.#addRule(formula, (body, { start, end }) => {
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

  /** What was found of an equal schema before is what is found of this one. */
  #leaf(formula: Formula, text: string): Expr | undefined {
    const leaves = this.#leaves;
    const key = text + this.#settingsText;
    let scalars = leaves.get(key);
    if (scalars === undefined && !leaves.has(key)) {
      const warned = this.warnings.length;
      const words = formula.kind === "schema" && !this.#hasLength ? wordsOf(formula.location) : undefined;
      scalars = words ? this.punctuation.quotedWords(words) : this.#scalars(formula, anything);
      if (this.warnings.length === warned) leaves.set(key, scalars);
    }
    return scalars;
  }

  #lexeme(scalars: Expr | undefined, formula: Formula): RuleSymbol | undefined {
    return scalars === undefined ? undefined : this.#lexemes.add(scalars, nameOf(formula));
  }

  distinctSymbolOf(formula: Formula): RuleSymbol | "parts" | undefined {
    if (this.views.arrays(formula).kind !== "false" || this.views.objects(formula).kind !== "false") return "parts";
    const scalars = this.#scalars(formula, not(withLastZero));
    return this.#lexeme(scalars, formula);
  }

  hasTexts(formula: Formula, least: number): boolean {
    const symbol = this.distinctSymbolOf(formula);
    if (symbol === undefined || symbol === "parts" || !("lexeme" in symbol)) return symbol === "parts";
    const { expression } = this.#lexemes.lexemes[symbol.lexeme]!;
    return countTexts(this.expressions, expression, least) >= least;
  }

  #makeSymbol(formula: Formula): RuleSymbol | undefined {
    const { views } = this;
    const scalars = this.#scalars(formula, anything);
    const [arrays, objects] = [views.arrays(formula), views.objects(formula)];
    if (arrays.kind === "false" && objects.kind === "false") {
      return this.#lexeme(scalars, formula);
    }
    return this.#addRule(formula, (body, ends) => this.#fill(body, ends, formula, scalars));
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
    for (const claims of objects) this.#addObject(body, { start, end }, claims);
  }

  #addObject(body: RuleBody, { start, end }: BodyEnds, claims: Claims<ObjectClaim>): void {
    const plain = this.#areNamesInOrder ? plainObject(claims) : undefined;
    if (plain) {
      addPlainObject(this, body, { start, end }, plain);
      return;
    }
    const plan = planObject(this.views, this.formulas, claims, this.settings.stringLength);
    const states = new StateTable(body, this.budget);
    const steps = new ObjectSteps(this, body, states, plan);
    const Body = this.settings.anyOrder && fitsAnyOrder(plan) ? AnyOrderBody : ObjectBody;
    new Body(this, body, end, steps, states).build(start);
  }

  /** Values without parts; undefined if there is none. */
  #scalars(formula: Formula, spellings: TextRegex): Expr | undefined {
    const { views, expressions, settings } = this;
    const parts: Expr[] = [];
    if (views.allowsNull(formula)) parts.push(expressions.literal("null"));
    const booleans = views.booleans(formula);
    if (booleans & 1) parts.push(expressions.literal("false"));
    if (booleans & 2) parts.push(expressions.literal("true"));
    const numbers = and(views.numbers(formula), spellings);
    if (!views.isEmptyText(numbers)) parts.push(expressions.text(numbers, "utf8"));
    const strings = and(views.strings(formula), ofLength(0, settings.stringLength));
    if (!views.isEmptyText(strings)) parts.push(this.punctuation.quoted(strings));
    return parts.length === 0 ? undefined : expressions.or(parts);
  }
}

/** For messages. */
function nameOf(formula: Formula): string {
  if (formula.kind === "schema") return `#${formula.location.pointer}`;
  const place = "parts" in formula ? formula.parts.find(({ kind }) => kind === "schema") : undefined;
  return place?.kind === "schema" ? `#${place.location.pointer}` : "value";
}

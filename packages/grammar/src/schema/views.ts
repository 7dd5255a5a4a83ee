/** A formula by type: what it says of null, booleans, numbers, strings, arrays and objects. */
import type { Budget } from "../budget/budget.ts";
import type { Expressions } from "../regex/expressions.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import type { NumberLimits } from "../json/numberSpelling.ts";
import { anything, isSurelyNone, isSurelySome, none, not } from "../json/texts.ts";
import { asksForOthers, hasPartial, narrowest, widest } from "../json/partialTexts.ts";
import { withoutCounts } from "../json/withoutCounts.ts";
import { type ArrayClaim, arrayClaimKey } from "./arrayClaims.ts";
import { arrayClaimOf } from "./arrayLeaves.ts";
import { claimAlgebra } from "./claimAlgebra.ts";
import { type Claims, ClaimTable } from "./claims.ts";
import { Fold, type TypeAlgebra } from "./fold.ts";
import type { Formula, Formulas, SchemaFormula } from "./formula.ts";
import { kindAlgebra, kindBits } from "./kindAlgebra.ts";
import type { Origin } from "./leaves.ts";
import { KeyMembership } from "./keyMembership.ts";
import type { KeySet } from "./keySets.ts";
import { claimOf, type NumberClaim, numberClaimKeys, numberTexts } from "./numberClaims.ts";
import { type ObjectClaim, objectClaimKeys } from "./objectClaims.ts";
import { ObjectLeaves } from "./objectLeaves.ts";
import { ArraySimplifier } from "./simplifyArray.ts";
import { ObjectSimplifier } from "./simplifyObject.ts";
import { textAlgebra } from "./textAlgebra.ts";

/** How far a look for a contradiction goes into a value. */
const deepestLook = 3;
/** Branches that are compared with each other. */
const mostCompared = 64;

/** What was found of texts before, in other schemas too: it depends on nothing else. */
const emptyTexts = new WeakMap<TextRegex, boolean>();

export interface ViewContext {
  readonly formulas: Formulas;
  readonly expressions: Expressions;
  readonly limits: NumberLimits;
  readonly budget: Budget;
  read(schema: SchemaFormula): Formula;
}

export class Views {
  readonly objectTable: ClaimTable<ObjectClaim>;
  readonly arrayTable: ClaimTable<ArrayClaim>;
  readonly #numberTable: ClaimTable<NumberClaim>;
  readonly #context: ViewContext;
  readonly #kinds: Fold<number>;
  readonly #numbers: Fold<Claims<NumberClaim>>;
  readonly #strings: Fold<TextRegex>;
  readonly #arrays: Fold<Claims<ArrayClaim>>;
  readonly #objects: Fold<Claims<ObjectClaim>>;
  readonly #objectSimplifier: ObjectSimplifier;
  readonly #arraySimplifier: ArraySimplifier;
  readonly #numberTexts = new Map<Claims<NumberClaim>, TextRegex>();
  readonly #membership: KeyMembership;
  /** By formula: whether it was found empty, and how deep that was looked for. */
  readonly #empties = new Map<Formula, { isEmpty: boolean; depth: number }>();
  #depth = 0;
  /** Where partial texts stand, the first of them. */
  #partial: Origin | undefined;
  /** By formula; the second where names are asked for that are not of partial texts. */
  readonly #otherNames: readonly [Map<Formula, TextRegex>, Map<Formula, TextRegex>] = [new Map(), new Map()];
  /** What was left out, the first of it. */
  leftOut: { readonly origin: Origin; readonly reason: string } | undefined;

  constructor(context: ViewContext) {
    this.#context = context;
    const { formulas, budget } = context;
    this.objectTable = new ClaimTable(objectClaimKeys(), budget);
    this.arrayTable = new ClaimTable(arrayClaimKey, budget);
    this.#numberTable = new ClaimTable(numberClaimKeys(), budget);
    this.#membership = new KeyMembership(context.expressions);
    const fold = <R>(algebra: TypeAlgebra<R>): Fold<R> =>
      new Fold(algebra, (schema) => {
        context.budget.spend(1);
        return context.read(schema);
      });
    const isEmptyText = (texts: TextRegex): boolean => this.isEmptyText(texts);
    this.#kinds = fold(kindAlgebra);
    const numbers = this.#numberTable;
    this.#numbers = fold(
      claimAlgebra(
        "number",
        numbers,
        (leaf, isTrue) => claimOf(numbers, leaf, isTrue),
        (a, b) => isEmptyText(this.#textsOf(numbers.all([a, b]))),
      ),
    );
    this.#strings = fold(
      textAlgebra(
        (texts) => this.#areSurelyEmpty(texts),
        (origin) => void (this.#partial ??= origin),
      ),
    );
    const arrays = this.arrayTable;
    this.#arraySimplifier = new ArraySimplifier(arrays, formulas, (formula) => this.isSurelyEmpty(formula));
    this.#arrays = fold(
      claimAlgebra(
        "array",
        arrays,
        (leaf, isTrue) => arrayClaimOf(arrays, formulas, leaf, isTrue),
        (a, b) => this.simplerArray(arrays.all([a, b])).kind === "false",
      ),
    );
    const objects = this.objectTable;
    const leaves = new ObjectLeaves(objects, formulas, (formula, isAsked) => this.otherNames(formula, isAsked));
    this.#objectSimplifier = new ObjectSimplifier(this, formulas, context.budget);
    this.#objects = fold(
      claimAlgebra(
        "object",
        objects,
        (leaf, isTrue) => leaves.claimOf(leaf, isTrue),
        (a, b) =>
          this.#objectSimplifier.areSurelyApart(a, b) || this.simplerObject(objects.all([a, b])).kind === "false",
      ),
    );
  }

  allowsNull(formula: Formula): boolean {
    return this.#mayBe(formula, kindBits.null);
  }

  /** Bit 0: false, bit 1: true. */
  booleans(formula: Formula): number {
    return (this.#kinds.of(formula) >> 1) & 3;
  }

  #mayBe(formula: Formula, kind: number): boolean {
    return (this.#kinds.of(formula) & kind) !== 0;
  }

  /** Spellings. */
  numbers(formula: Formula): TextRegex {
    return this.#mayBe(formula, kindBits.number) ? this.#textsOf(this.#numbers.of(formula)) : none;
  }

  /** To be written: what they stand for may have more. */
  writtenStrings(formula: Formula): TextRegex {
    const texts = this.strings(formula);
    if (!this.#partial || !asksForOthers(texts)) return texts;
    this.#leaveOutOthers();
    return narrowest(texts);
  }

  /** Names that do not satisfy the formula. @param isAsked some are to be written; else there may be too many of them */
  otherNames(formula: Formula, isAsked: boolean): TextRegex {
    const texts = this.strings(formula);
    const isPartial = this.#partial !== undefined && hasPartial(texts);
    const known = this.#otherNames[isPartial && isAsked ? 1 : 0];
    let others = known.get(formula);
    if (!others) known.set(formula, (others = isPartial ? this.#otherThan(formula, isAsked) : complement(texts)));
    return others;
  }

  #otherThan(formula: Formula, isAsked: boolean): TextRegex {
    if (!isAsked) return complement(this.writtenStrings(formula));
    this.#leaveOutOthers();
    // even without a text no simplification may take it for none
    return { kind: "and", parts: [complement(widest(this.strings(formula)))] };
  }

  /** Values that only satisfy the schema by what stands there are not written. */
  leaveOut(origin: Origin, reason: string): void {
    this.leftOut ??= { origin, reason };
  }

  #leaveOutOthers(): void {
    this.leaveOut(this.#partial!, "texts that are not of it cannot be asked for");
  }

  /** With partial texts where these are all that is written. */
  strings(formula: Formula): TextRegex {
    return this.#mayBe(formula, kindBits.string) ? this.#strings.of(formula) : none;
  }

  arrays(formula: Formula): Claims<ArrayClaim> {
    return this.#mayBe(formula, kindBits.array) ? this.#arrays.of(formula) : this.arrayTable.false;
  }

  objects(formula: Formula): Claims<ObjectClaim> {
    return this.#mayBe(formula, kindBits.object) ? this.#objects.of(formula) : this.objectTable.false;
  }

  /** Without what contradicts, or follows from, what must hold anyway. */
  simplerObject(claims: Claims<ObjectClaim>): Claims<ObjectClaim> {
    return this.#objectSimplifier.simplify(claims);
  }

  simplerArray(claims: Claims<ArrayClaim>): Claims<ArrayClaim> {
    return this.#arraySimplifier.simplify(claims);
  }

  hasKey(keys: KeySet, name: string): boolean {
    return this.#membership.has(keys, name);
  }

  isEmptyText(texts: TextRegex): boolean {
    if (texts.kind === "none") return true;
    let isEmpty = emptyTexts.get(texts);
    if (isEmpty === undefined) {
      const { expressions } = this.#context;
      const lookAt = (each: TextRegex): boolean => expressions.isEmpty(expressions.text(each, "utf8"));
      isEmpty = !isSurelySome(texts) && (isSurelyNone(texts) || lookAt(withoutCounts(texts)) || lookAt(texts));
      emptyTexts.set(texts, isEmpty);
    }
    return isEmpty;
  }

  /** A short text; undefined where none is seen at once. */
  someText(texts: TextRegex): string | undefined {
    const { expressions } = this.#context;
    const bytes = expressions.someText(expressions.text(texts, "utf8"));
    return bytes && new TextDecoder().decode(bytes);
  }

  /** Combinations of the patterns that some text matches; see `Expressions.combinations`. */
  combinations(texts: TextRegex, patterns: readonly TextRegex[], mostPlaces: number): string[] | undefined {
    const { expressions } = this.#context;
    const exprs = [texts, ...patterns].map((each) => expressions.text(each, "utf8"));
    return expressions.combinations(exprs, mostPlaces);
  }

  /** Whether no value satisfies two of them, as far as that is seen within a few levels; false for many. */
  areApart(branches: readonly Formula[]): boolean {
    if (branches.length > mostCompared) return false;
    return branches.every((a, i) => branches.every((b, j) => j <= i || this.#areDisjoint(a, b)));
  }

  #areDisjoint(a: Formula, b: Formula): boolean {
    const both = this.#kinds.of(a) & this.#kinds.of(b);
    if (both === 0) return true;
    if (both === kindBits.object) {
      const [first, second] = [this.#objects.of(a), this.#objects.of(b)];
      if (this.#deeper(() => this.#objectSimplifier.areSurelyApart(first, second))) return true;
    }
    return this.isSurelyEmpty(this.#context.formulas.and([a, b]));
  }

  /** True where no value satisfies it and that is seen within a few levels. */
  isSurelyEmpty(formula: Formula): boolean {
    if (formula.kind === "true" || formula.kind === "false") return formula.kind === "false";
    const depth = deepestLook - this.#depth;
    if (depth <= 0) return false;
    const known = this.#empties.get(formula);
    if (known && (known.isEmpty || known.depth >= depth)) return known.isEmpty;
    this.#context.budget.spend(1);
    const isEmpty = this.#deeper(() => this.#isSurelyEmpty(formula));
    this.#empties.set(formula, { isEmpty, depth });
    return isEmpty;
  }

  #deeper(look: () => boolean): boolean {
    this.#depth++;
    try {
      return look();
    } finally {
      this.#depth--;
    }
  }

  #isSurelyEmpty(formula: Formula): boolean {
    if (this.allowsNull(formula) || this.booleans(formula) !== 0) return false;
    const [arrays, objects] = [this.arrays(formula), this.objects(formula)];
    if (arrays.kind === "true" || objects.kind === "true") return false;
    if (!this.isEmptyText(this.numbers(formula)) || !this.#areSurelyEmpty(this.strings(formula))) return false;
    return this.simplerArray(arrays).kind === "false" && this.simplerObject(objects).kind === "false";
  }

  #areSurelyEmpty(strings: TextRegex): boolean {
    return this.isEmptyText(this.#partial ? widest(strings) : strings);
  }

  #textsOf(claims: Claims<NumberClaim>): TextRegex {
    let texts = this.#numberTexts.get(claims);
    if (!texts) this.#numberTexts.set(claims, (texts = numberTexts(claims, this.#context.limits)));
    return texts;
  }
}

function complement(texts: TextRegex): TextRegex {
  return texts === anything ? none : not(texts);
}

/**
 * What has been read of the lexemes that may stand at a place: sets of a lexeme and the expression for its rest, made as
 * bytes lead to them. Lexemes are kept by their expression, so that grammars share what they have in common.
 */
import type { Expr, Expressions } from "../regex/expressions.ts";
import { flags, mostRemembered } from "../regex/kinds.ts";

/** No lexeme can go on. */
export const deadState = 0;
const unknown = -1;
const nothing: readonly number[] = [];
/** Twice the lexemes of a state from which all steps are made at once. */
const manyMembers = 8;

interface EngineLexeme {
  /** Without the empty text. */
  readonly start: Expr;
  readonly isLazy: boolean;
  /** Whether it matters which text it was. */
  readonly isDistinct: boolean;
  /** Tokens that it is, instead of a text. */
  readonly tokenIds: TokenRanges | undefined;
}

export type TokenRanges = readonly (readonly [first: number, last: number])[];

export class Lexer {
  readonly #expressions: Expressions;
  readonly #lexemes: EngineLexeme[] = [];
  readonly #lexemeNumbers = new Map<string, number>();
  /** By state: lexeme and residual, alternately. */
  readonly #members: (readonly number[])[] = [];
  /** Open addressing by the members: state + 1, or 0. */
  #table = new Int32Array(1024);
  /** By state: the lexemes that end there. */
  readonly #ended: (readonly number[])[] = [];
  /** By state: whether anything can follow. */
  readonly #goesOn: boolean[] = [];
  readonly #classOf: Uint8Array[] = [];
  /** By state: the partition that its classes are of. */
  readonly #classes: number[] = [];
  /** By state: where its steps begin. */
  readonly #firstSteps: number[] = [];
  /** Of all states, by class of bytes. */
  #next = new Int32Array(1024);
  #stepCount = 0;
  sizeBytes = 0;

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
    this.state([]);
  }

  /** The number of a lexeme with that expression. @param isDistinct whether it matters which text it was */
  lexeme(expression: Expr, isLazy: boolean, isDistinct = false): number {
    const { algebra } = this.#expressions;
    const isNullable = algebra.isNullable(expression);
    const start = isNullable ? algebra.and2(expression, algebra.not(algebra.empty)) : expression;
    return this.#lexeme(`${expression} ${isLazy} ${isDistinct}`, { start, isLazy, isDistinct, tokenIds: undefined });
  }

  /** The number of a lexeme that is one of these tokens. */
  tokenLexeme(tokenIds: TokenRanges): number {
    const start = this.#expressions.none;
    return this.#lexeme(`tokens ${tokenIds.join(" ")}`, { start, isLazy: false, isDistinct: false, tokenIds });
  }

  #lexeme(key: string, lexeme: EngineLexeme): number {
    let number = this.#lexemeNumbers.get(key);
    if (number === undefined) {
      number = this.#lexemes.push(lexeme) - 1;
      this.#lexemeNumbers.set(key, number);
    }
    return number;
  }

  isDistinct(lexeme: number): boolean {
    return this.#lexemes[lexeme]!.isDistinct;
  }

  /** Whether it matters what was read so far. */
  readsDistinct(state: number): boolean {
    return this.#members[state]!.some((each, i) => i % 2 === 0 && this.#lexemes[each]!.isDistinct);
  }

  tokenIds(lexeme: number): TokenRanges | undefined {
    return this.#lexemes[lexeme]!.tokenIds;
  }

  /** The state before the first byte of one of the lexemes. */
  start(lexemes: readonly number[]): number {
    const { none } = this.#expressions;
    const members: number[] = [];
    for (const lexeme of lexemes) {
      const { start } = this.#lexemes[lexeme]!;
      if (start !== none) members.push(lexeme, start);
    }
    return this.state(members);
  }

  /** @param members lexeme and residual, alternately, by rising lexeme; no residual is empty; kept */
  state(members: readonly number[]): number {
    const at = this.#find(members);
    const known = this.#table[at]!;
    if (known !== 0) return known - 1;
    const number = this.#add(members);
    this.#table[at] = number + 1;
    if (this.#members.length * 2 > this.#table.length) this.#grow();
    return number;
  }

  #find(members: readonly number[]): number {
    const table = this.#table;
    const mask = table.length - 1;
    let at = hashOf(members) & mask;
    while (table[at] !== 0 && !isSame(this.#members[table[at]! - 1]!, members)) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let state = 0; state < this.#members.length; state++) {
      this.#table[this.#find(this.#members[state]!)] = state + 1;
    }
  }

  #add(members: readonly number[]): number {
    const { algebra } = this.#expressions;
    const classes = this.#partitionOf(members);
    const { classOf, firstOf } = algebra.nodes.partitions.get(classes);
    const number = this.#members.push(members) - 1;
    const ended: number[] = [];
    let goesOn = false;
    for (let i = 0; i < members.length; i += 2) {
      if (algebra.isNullable(members[i + 1]!)) ended.push(members[i]!);
      if (members[i + 1] !== algebra.empty) goesOn = true;
    }
    this.#ended.push(ended.length === 0 ? nothing : ended);
    this.#goesOn.push(goesOn);
    this.#classOf.push(classOf);
    this.#classes.push(classes);
    const isRemembered = firstOf.length <= mostRemembered || !this.#readsItem(members);
    if (isRemembered) this.#addSteps(firstOf.length, number === deadState ? deadState : unknown);
    else this.#firstSteps.push(unknown);
    this.sizeBytes += 250 + members.length * 8 + (isRemembered ? firstOf.length * 4 : 0);
    return number;
  }

  #readsItem(members: readonly number[]): boolean {
    return members.some((each, i) => i % 2 === 1 && this.#expressions.nodes.has(each, flags.distinct));
  }

  #addSteps(count: number, next: number): void {
    const first = this.#stepCount;
    this.#stepCount += count;
    if (this.#stepCount > this.#next.length) {
      const steps = new Int32Array(this.#next.length * 2);
      steps.set(this.#next);
      this.#next = steps;
    }
    this.#next.fill(next, first, this.#stepCount);
    this.#firstSteps.push(first);
  }

  #partitionOf(members: readonly number[]): number {
    const { algebra } = this.#expressions;
    const { partitions, sets } = algebra.nodes;
    const first = members.length === 2 ? algebra.onlyByte(members[1]!) : -1;
    if (first >= 0) return partitions.ofByte(first);
    let partition = partitions.whole;
    let bits: Uint32Array | undefined;
    for (let i = 1; i < members.length; i += 2) {
      const only = algebra.onlyByte(members[i]!);
      if (only < 0) partition = partitions.refine(partition, algebra.nodes.classes(members[i]!));
      else {
        bits ??= new Uint32Array(8);
        bits[only >> 5]! |= 1 << (only & 31);
      }
    }
    return bits ? partitions.split(partition, sets.number(bits), bits) : partition;
  }

  /** The number of the partition of bytes whose classes lead to the same states. */
  partition(state: number): number {
    return this.#classes[state]!;
  }

  members(state: number): readonly number[] {
    return this.#members[state]!;
  }

  /** Lexemes that are complete there. */
  ended(state: number): readonly number[] {
    return this.#ended[state]!;
  }

  /** Whether anything can follow: false where every lexeme there has only the empty rest. */
  goesOn(state: number): boolean {
    return this.#goesOn[state]!;
  }

  /** @throws GrammarBudgetError */
  next(state: number, byte: number): number {
    const first = this.#firstSteps[state]!;
    if (first === unknown) return this.#after(this.#members[state]!, byte);
    const at = first + this.#classOf[state]![byte]!;
    const next = this.#next[at]!;
    return next === unknown ? this.#step(state, byte, at) : next;
  }

  #step(state: number, byte: number, at: number): number {
    const members = this.#members[state]!;
    if (members.length > manyMembers) this.#stepAll(state);
    else {
      const next = this.#after(members, byte);
      this.#next[at] = next;
    }
    return this.#next[at]!;
  }

  #after(members: readonly number[], byte: number): number {
    const expressions = this.#expressions;
    const result: number[] = [];
    expressions.budget.spend(1 + (members.length >> 1));
    for (let i = 0; i < members.length; i += 2) {
      const rest = this.#rest(members[i]!, members[i + 1]!, byte);
      if (rest !== expressions.none) result.push(members[i]!, rest);
    }
    return this.state(result);
  }

  /** What is left of a lexeme after the byte; none if it cannot be completed. */
  #rest(lexeme: number, expr: Expr, byte: number): Expr {
    const expressions = this.#expressions;
    const rest = expressions.derive(expr, byte);
    if (rest === expressions.none || expressions.isEmpty(rest)) return expressions.none;
    return this.#lexemes[lexeme]!.isLazy && expressions.isNullable(rest) ? expressions.empty : rest;
  }

  /** All steps of a state at once: most of many lexemes go on with few bytes only. */
  #stepAll(state: number): void {
    const expressions = this.#expressions;
    const { none } = expressions;
    const members = this.#members[state]!;
    const classOf = this.#classOf[state]!;
    const { firstOf } = expressions.algebra.nodes.partitions.get(this.#classes[state]!);
    const results = Array.from(firstOf, (): number[] => []);
    for (let i = 0; i < members.length; i += 2) {
      const lexeme = members[i]!;
      const expr = members[i + 1]!;
      const only = expressions.algebra.onlyByte(expr);
      if (only >= 0) {
        const rest = this.#rest(lexeme, expr, only);
        if (rest !== none) results[classOf[only]!]!.push(lexeme, rest);
        continue;
      }
      firstOf.forEach((byte, each) => {
        const rest = this.#rest(lexeme, expr, byte);
        if (rest !== none) results[each]!.push(lexeme, rest);
      });
      expressions.budget.spend(firstOf.length);
    }
    expressions.budget.spend(members.length + firstOf.length);
    const first = this.#firstSteps[state]!;
    for (let each = 0; each < results.length; each++) {
      const next = this.state(results[each]!);
      this.#next[first + each] = next;
    }
  }

  /** The one residual of a state that has only one and is no lazy lexeme's; undefined for others. */
  onlyMember(state: number): { lexeme: number; rest: Expr } | undefined {
    const members = this.#members[state]!;
    if (members.length !== 2 || this.#lexemes[members[0]!]!.isLazy) return undefined;
    return { lexeme: members[0]!, rest: members[1]! };
  }
}

function hashOf(members: readonly number[]): number {
  let hash = members.length;
  for (const each of members) {
    hash = Math.imul(hash ^ each, 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return hash ^ (hash >>> 16);
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * What has been read of the lexemes that may stand at a place: sets of a lexeme and the expression for its rest, made as
 * bytes lead to them. Lexemes are kept by their expression, so that grammars share what they have in common.
 */
import type { Expr, Expressions } from "../regex/expressions.ts";

/** No lexeme can go on. */
export const deadState = 0;
const unknown = -1;

interface EngineLexeme {
  /** Without the empty text. */
  readonly start: Expr;
  readonly isLazy: boolean;
  /** Tokens that it is, instead of a text. */
  readonly tokenIds: TokenRanges | undefined;
}

export type TokenRanges = readonly (readonly [first: number, last: number])[];

export class Lexer {
  readonly #expressions: Expressions;
  readonly #lexemes: EngineLexeme[] = [];
  readonly #lexemeNumbers = new Map<string, number>();
  /** By state: lexeme and residual, alternately. */
  readonly #members: number[][] = [];
  readonly #numbers = new Map<string, number>();
  /** By state: the lexemes that end there. */
  readonly #ended: (readonly number[])[] = [];
  /** By state: whether anything can follow. */
  readonly #goesOn: boolean[] = [];
  readonly #classOf: Uint8Array[] = [];
  /** By state, by class of bytes. */
  readonly #next: Int32Array[] = [];
  sizeBytes = 0;

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
    this.state([]);
  }

  /** The number of a lexeme with that expression. */
  lexeme(expression: Expr, isLazy: boolean): number {
    const { algebra } = this.#expressions;
    const isNullable = algebra.isNullable(expression);
    const start = isNullable ? algebra.and2(expression, algebra.not(algebra.empty)) : expression;
    return this.#lexeme(`${expression} ${isLazy}`, { start, isLazy, tokenIds: undefined });
  }

  /** The number of a lexeme that is one of these tokens. */
  tokenLexeme(tokenIds: TokenRanges): number {
    return this.#lexeme(`tokens ${tokenIds.join(" ")}`, { start: this.#expressions.none, isLazy: false, tokenIds });
  }

  #lexeme(key: string, lexeme: EngineLexeme): number {
    let number = this.#lexemeNumbers.get(key);
    if (number === undefined) {
      number = this.#lexemes.push(lexeme) - 1;
      this.#lexemeNumbers.set(key, number);
    }
    return number;
  }

  tokenIds(lexeme: number): TokenRanges | undefined {
    return this.#lexemes[lexeme]!.tokenIds;
  }

  /** The state before the first byte of one of the lexemes. */
  start(lexemes: readonly number[]): number {
    const { none } = this.#expressions;
    return this.state(
      lexemes.flatMap((lexeme) => {
        const { start } = this.#lexemes[lexeme]!;
        return start === none ? [] : [lexeme, start];
      }),
    );
  }

  /** @param members lexeme and residual, alternately, by rising lexeme; no residual is empty */
  state(members: number[]): number {
    const key = members.join();
    let number = this.#numbers.get(key);
    if (number !== undefined) return number;
    const { algebra } = this.#expressions;
    const { partitions } = algebra.nodes;
    let classes = partitions.whole;
    const ended: number[] = [];
    for (let i = 0; i < members.length; i += 2) {
      classes = partitions.refine(classes, algebra.nodes.classes(members[i + 1]!));
      if (algebra.isNullable(members[i + 1]!)) ended.push(members[i]!);
    }
    const { classOf, firstOf } = partitions.get(classes);
    number = this.#members.push(members) - 1;
    this.#numbers.set(key, number);
    this.#ended.push(ended);
    this.#goesOn.push(members.some((each, i) => i % 2 === 1 && each !== algebra.empty));
    this.#classOf.push(classOf);
    this.#next.push(new Int32Array(firstOf.length).fill(number === deadState ? deadState : unknown));
    this.sizeBytes += 400 + key.length + members.length * 8 + firstOf.length * 4;
    return number;
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
    const each = this.#classOf[state]![byte]!;
    const next = this.#next[state]![each]!;
    return next === unknown ? this.#step(state, byte) : next;
  }

  #step(state: number, byte: number): number {
    const expressions = this.#expressions;
    const { none, empty } = expressions;
    const members = this.#members[state]!;
    const result: number[] = [];
    expressions.budget.spend(1 + (members.length >> 1));
    for (let i = 0; i < members.length; i += 2) {
      const rest = expressions.derive(members[i + 1]!, byte);
      if (rest === none || expressions.isEmpty(rest)) continue;
      const isEnd = this.#lexemes[members[i]!]!.isLazy && expressions.isNullable(rest);
      result.push(members[i]!, isEnd ? empty : rest);
    }
    const next = this.state(result);
    this.#next[state]![this.#classOf[state]![byte]!] = next;
    return next;
  }

  /** The one residual of a state that has only one and is no lazy lexeme's; undefined for others. */
  onlyMember(state: number): { lexeme: number; rest: Expr } | undefined {
    const members = this.#members[state]!;
    if (members.length !== 2 || this.#lexemes[members[0]!]!.isLazy) return undefined;
    return { lexeme: members[0]!, rest: members[1]! };
  }
}

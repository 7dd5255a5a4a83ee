/**
 * Names of properties as lexemes. Objects have many of them and outputs read few, so that their expressions are made where
 * they are read.
 */
import type { Expr, Expressions } from "../regex/expressions.ts";
import type { Lexeme } from "./grammarRules.ts";

/** A name in quotes, up to where its value begins: the only one, or any but these. */
export interface Key {
  /** Without quotes, as they are spelled; at least one. */
  readonly names: readonly string[];
  /** Of what the names are left out; absent: the key is the only name. */
  readonly outOf: Expr | undefined;
  /** What follows the quote behind the name. */
  readonly tail: Expr;
}

export function keyExpression(expressions: Expressions, { names, outOf, tail }: Key): Expr {
  if (outOf === undefined) return expressions.literal(`"${names[0]!}"`, tail);
  const others = expressions.and([outOf, expressions.not(expressions.words(names))]);
  const quote = expressions.literal('"');
  return expressions.concat([quote, others, quote, tail]);
}

/** A lexeme whose expression is made when it is asked for. */
export class KeyLexeme implements Lexeme {
  readonly name: string;
  readonly key: Key;
  readonly #expressions: Expressions;
  #expression: Expr | undefined;

  constructor(name: string, key: Key, expressions: Expressions) {
    this.name = name;
    this.key = key;
    this.#expressions = expressions;
  }

  get expression(): Expr {
    return (this.#expression ??= keyExpression(this.#expressions, this.key));
  }
}

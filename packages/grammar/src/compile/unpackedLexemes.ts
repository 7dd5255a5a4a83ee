/** The expressions of an image's lexemes in another store, each made there when it is asked for. */
import type { Expr, Expressions } from "../regex/expressions.ts";
import { keyExpression } from "../rules/keys.ts";
import type { GrammarImage } from "./image.ts";
import { UnpackedExpressions } from "./unpackedExpressions.ts";

export class UnpackedLexemes {
  readonly #expressions: Expressions;
  readonly #image: GrammarImage;
  readonly #unpacked: UnpackedExpressions;

  constructor(expressions: Expressions, image: GrammarImage) {
    this.#expressions = expressions;
    this.#image = image;
    this.#unpacked = new UnpackedExpressions(expressions, image);
  }

  at(lexeme: number): Expr {
    const { keys, lexemes } = this.#image;
    const expression = this.#unpacked.at(lexemes.expressions[lexeme]!);
    const [first, end] = [keys.firstNames[lexeme]!, keys.firstNames[lexeme + 1]!];
    if (first === end) return expression;
    const names = Array.from(keys.names.subarray(first, end), (name) => this.#nameAt(name));
    const place = keys.outOf[lexeme]!;
    const outOf = place < 0 ? undefined : this.#unpacked.at(place);
    return keyExpression(this.#expressions, { names, outOf, tail: expression });
  }

  #nameAt(name: number): string {
    const { texts, firstUnits } = this.#image.keys;
    let text = "";
    for (let at = firstUnits[name]!; at < firstUnits[name + 1]!; at++) text += String.fromCharCode(texts[at]!);
    return text;
  }
}

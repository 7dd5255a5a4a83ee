/** Whether a name is in a set of keys. */
import type { Expr, Expressions } from "../regex/expressions.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import type { KeySet } from "./keySets.ts";

export class KeyMembership {
  readonly #expressions: Expressions;
  readonly #compiled = new Map<TextRegex, { readonly expression: Expr; readonly known: Map<string, boolean> }>();
  readonly #encoder = new TextEncoder();

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
  }

  has({ isOthers, names, texts }: KeySet, name: string): boolean {
    const isNamed = names.has(name) || texts.some((each) => this.matches(each, name));
    return isNamed !== isOthers;
  }

  matches(texts: TextRegex, name: string): boolean {
    let compiled = this.#compiled.get(texts);
    if (!compiled) {
      compiled = { expression: this.#expressions.text(texts, "utf8"), known: new Map() };
      this.#compiled.set(texts, compiled);
    }
    let answer = compiled.known.get(name);
    if (answer === undefined) {
      answer = this.#expressions.accepts(compiled.expression, this.#encoder.encode(name));
      compiled.known.set(name, answer);
    }
    return answer;
  }
}

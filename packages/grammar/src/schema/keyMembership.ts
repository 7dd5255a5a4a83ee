/** Whether a name is in a set of keys. */
import type { Expr, Expressions } from "../regex/expressions.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import type { KeySet } from "./keySets.ts";

export class KeyMembership {
  readonly #expressions: Expressions;
  readonly #compiled = new Map<TextRegex, { readonly expression: Expr; readonly known: Map<string, boolean> }>();
  /** By name: its UTF-8. */
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #encoder = new TextEncoder();

  constructor(expressions: Expressions) {
    this.#expressions = expressions;
  }

  has({ isOthers, names, texts }: KeySet, name: string): boolean {
    if (names.has(name)) return !isOthers;
    for (const each of texts) if (this.matches(each, name)) return !isOthers;
    return isOthers;
  }

  matches(texts: TextRegex, name: string): boolean {
    let compiled = this.#compiled.get(texts);
    if (!compiled) {
      compiled = { expression: this.#expressions.text(texts, "utf8"), known: new Map() };
      this.#compiled.set(texts, compiled);
    }
    let answer = compiled.known.get(name);
    if (answer === undefined) {
      answer = this.#expressions.accepts(compiled.expression, this.#bytesOf(name));
      compiled.known.set(name, answer);
    }
    return answer;
  }

  /** Of a name that is looked for in many sets. */
  #bytesOf(name: string): Uint8Array {
    let bytes = this.#bytes.get(name);
    if (!bytes) this.#bytes.set(name, (bytes = this.#encoder.encode(name)));
    return bytes;
  }
}

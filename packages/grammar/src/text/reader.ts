/** The text of a grammar, read from its beginning; refusals say where, what was expected, and what came. */
import { limits } from "./limits.ts";

export class GrammarReader {
  readonly text: string;
  at = 0;
  /** What messages begin with: the parameter in quotes, and where in it the text stands. */
  readonly #subject: string;
  readonly #notation: string;
  #parts = 0;
  #nesting = 0;

  /** @throws RangeError for a text that is too long or has lone surrogates. */
  constructor(text: string, subject: string, notation: string) {
    this.text = text;
    this.#subject = subject;
    this.#notation = notation;
    if (text.length > limits.textLength) {
      throw new RangeError(`${subject} expected at most ${limits.textLength} UTF-16 units, got ${text.length}`);
    }
    const lone = text.search(/\p{Surrogate}/u);
    if (lone >= 0) this.refuse("characters of Unicode", "a lone surrogate", lone);
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character, "" at the end. */
  peek(): string {
    const code = this.text.codePointAt(this.at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  take(): string {
    const character = this.peek();
    this.at += character.length;
    return character;
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Goes past the text if it comes next. */
  skip(text: string): boolean {
    const isThere = this.startsWith(text);
    if (isThere) this.at += text.length;
    return isThere;
  }

  /** Goes past what the expression (with the flag `y`) matches here, and gives it. */
  match(expression: RegExp): string | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  expect(text: string): void {
    if (!this.skip(text)) this.refuse(JSON.stringify(text));
  }

  /** Counts a part of the grammar. */
  count(): void {
    if (++this.#parts > limits.parts) this.refuse(`at most ${limits.parts} parts`, "more", this.at);
  }

  /** Reads what is inside a bracket that stands at `at`. */
  nested<T>(at: number, read: () => T): T {
    if (++this.#nesting > limits.nesting) {
      this.refuse(`at most ${limits.nesting} brackets inside each other`, "another", at);
    }
    const inside = read();
    this.#nesting--;
    return inside;
  }

  refuse(expected: string, got: string = this.#next(), at: number = this.at): never {
    const { line, column } = this.placeOf(at);
    const where = `at line ${line}, column ${column}`;
    throw new RangeError(`${this.#subject} expected ${this.#notation}: ${where}, expected ${expected}, got ${got}`);
  }

  /** Both 1-based; columns in characters. */
  placeOf(at: number): { line: number; column: number } {
    const before = this.text.slice(0, at).split(/\r\n|\r|\n/);
    return { line: before.length, column: Array.from(before.at(-1)!).length + 1 };
  }

  #next(): string {
    if (this.isAtEnd) return "the end";
    const word = /[\p{L}\p{N}_-]+|[^]/uy;
    word.lastIndex = this.at;
    const found = word.exec(this.text)?.[0] ?? this.peek();
    return JSON.stringify(found.length > 40 ? `${found.slice(0, 40)}…` : found);
  }
}

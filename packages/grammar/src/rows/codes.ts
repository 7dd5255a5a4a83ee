/**
 * Numbers that carry a text along: a lexer's state with what its lexeme has read, a lexeme with all that it read. Only
 * lexemes whose texts must differ need them; elsewhere the number is the state or lexeme itself. Codes stay small integers:
 * the engine keeps arrays of others as doubles, and code that meets both kinds is compiled for both.
 */

/** States and lexemes are below it, codes with a text are not. */
const first = 2 ** 26;

export class Codes {
  /** By code − first. */
  readonly #numbers: number[] = [];
  readonly #texts: number[] = [];
  /** By text · 2^26 + state or lexeme. */
  readonly #codes = new Map<number, number>();

  get sizeBytes(): number {
    return this.#numbers.length * 70;
  }

  /** @param number a state or lexeme @param text 0 for none */
  withText(number: number, text: number): number {
    if (text === 0) return number;
    const key = text * first + number;
    let code = this.#codes.get(key);
    if (code === undefined) {
      code = first + this.#numbers.push(number) - 1;
      this.#texts.push(text);
      this.#codes.set(key, code);
    }
    return code;
  }

  /** The state or lexeme. */
  numberOf(code: number): number {
    return code < first ? code : this.#numbers[code - first]!;
  }

  /** 0 where there is none. */
  textOf(code: number): number {
    return code < first ? 0 : this.#texts[code - first]!;
  }
}

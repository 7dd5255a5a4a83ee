/** The bytes of all tokens in lexicographic order: what tokens begin with alike is walked once. */
import type { Tokenizer } from "@tokenmill/core";
import { type Automaton, dead } from "./automaton.ts";

export class Vocabulary {
  readonly #tokenIds: number[];
  readonly #bytes: Uint8Array[];
  /** How many bytes a token has in common with the one before it. */
  readonly #shared: Int32Array;
  /** The state after each byte of the token at hand; reused. */
  readonly #states: Int32Array;

  /** Tokens without bytes, and end of text, are no part of a text. */
  constructor(tokenizer: Tokenizer) {
    const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => ({ id, bytes: tokenizer.tokenBytes(id) }))
      .filter(({ id, bytes }) => bytes.length > 0 && id !== tokenizer.eosTokenId)
      .sort((a, b) => compare(a.bytes, b.bytes));
    this.#tokenIds = tokens.map(({ id }) => id);
    this.#bytes = tokens.map(({ bytes }) => bytes);
    this.#shared = Int32Array.from(this.#bytes, (bytes, i) => (i === 0 ? 0 : sharedLength(this.#bytes[i - 1]!, bytes)));
    this.#states = new Int32Array(1 + this.#bytes.reduce((most, { length }) => Math.max(most, length), 0));
  }

  /** Sets the bit of every token that leads on from the state. `words` as in `GrammarMatcher.fillMask`, cleared before. */
  fillMask({ classOf, classCount, next }: Automaton, state: number, words: Int32Array): void {
    const states = this.#states;
    states[0] = state;
    /** Bytes of the token before that were walked; it died on the next one if that is not all of it. */
    let walked = 0;
    let isDead = false;
    for (let i = 0; i < this.#tokenIds.length; i++) {
      const shared = this.#shared[i]!;
      if (isDead && shared > walked) continue;
      const bytes = this.#bytes[i]!;
      walked = Math.min(shared, walked);
      let at = states[walked]!;
      isDead = false;
      while (walked < bytes.length) {
        at = next[at * classCount + classOf[bytes[walked]!]!]!;
        if (at === dead) {
          isDead = true;
          break;
        }
        states[++walked] = at;
      }
      if (isDead) continue;
      const id = this.#tokenIds[i]!;
      words[id >> 5]! |= 1 << (id & 31);
    }
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = sharedLength(a, b);
  return at === a.length || at === b.length ? a.length - b.length : a[at]! - b[at]!;
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

/** The bytes of all tokens in lexicographic order: what tokens begin with alike is walked once. */
import type { Tokenizer } from "@tokenmill/core";
import { type Automaton, dead } from "./automaton.ts";

export class Vocabulary {
  readonly #tokenIds: Int32Array;
  /** Of all tokens, one after the other: a mask walks over all of them. */
  readonly #bytes: Uint8Array;
  /** Where the bytes of each token begin, and where the last ones end. */
  readonly #starts: Int32Array;
  /** How many bytes a token has in common with the one before it. */
  readonly #shared: Int32Array;
  /** The state after each byte of the token at hand; reused. */
  readonly #states: Int32Array;

  /** Tokens without bytes, and end of text, are no part of a text. */
  constructor(tokenizer: Tokenizer) {
    const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => ({ id, bytes: tokenizer.tokenBytes(id) }))
      .filter(({ id, bytes }) => bytes.length > 0 && id !== tokenizer.eosTokenId)
      .sort((a, b) => compare(a.bytes, b.bytes));
    this.#tokenIds = Int32Array.from(tokens, ({ id }) => id);
    this.#starts = new Int32Array(tokens.length + 1);
    tokens.forEach(({ bytes }, i) => (this.#starts[i + 1] = this.#starts[i]! + bytes.length));
    this.#bytes = new Uint8Array(this.#starts[tokens.length]!);
    tokens.forEach(({ bytes }, i) => this.#bytes.set(bytes, this.#starts[i]));
    this.#shared = Int32Array.from(tokens, ({ bytes }, i) => (i === 0 ? 0 : sharedLength(tokens[i - 1]!.bytes, bytes)));
    this.#states = new Int32Array(1 + tokens.reduce((most, { bytes }) => Math.max(most, bytes.length), 0));
  }

  /** Sets the bit of every token that leads on from the state. `words` as in `GrammarMatcher.fillMask`, cleared before. */
  fillMask({ classOf, classCount, next }: Automaton, state: number, words: Int32Array): void {
    const states = this.#states;
    const all = this.#bytes;
    const starts = this.#starts;
    states[0] = state;
    /** Bytes of the token before that were walked; it died on the next one if that is not all of it. */
    let walked = 0;
    let isDead = false;
    for (let i = 0; i < this.#tokenIds.length; i++) {
      const shared = this.#shared[i]!;
      if (isDead && shared > walked) continue;
      const start = starts[i]!;
      const length = starts[i + 1]! - start;
      walked = Math.min(shared, walked);
      let at = states[walked]!;
      isDead = false;
      while (walked < length) {
        at = next[at * classCount + classOf[all[start + walked]!]!]!;
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

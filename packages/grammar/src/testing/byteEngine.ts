/** The engine over a vocabulary of single bytes: what it accepts, and what it writes by itself. */
import { Budget } from "../budget/budget.ts";
import { compileRules } from "../compile/compileRules.ts";
import type { GrammarRules } from "../rules/grammarRules.ts";
import { GrammarEngine } from "../run/engine.ts";
import type { Matcher } from "../run/matcher.ts";
import { Vocabulary } from "../vocabulary/vocabulary.ts";

const end = 256;
const vocabulary = new Vocabulary({
  tokenizer: { vocabSize: end + 1, tokenBytes: (id) => (id < end ? Uint8Array.of(id) : new Uint8Array()) },
  vocabSize: end + 1,
  eosTokenIds: [end],
});
const encoder = new TextEncoder();

export class ByteEngine {
  readonly #start: Matcher;

  constructor(rules: GrammarRules) {
    this.#start = new GrammarEngine(vocabulary).open(compileRules(rules, new Budget("jsonSchema"), "jsonSchema"));
  }

  accepts(text: string): boolean {
    const matcher = this.#start.fork();
    return encoder.encode(text).every((byte) => matcher.accept(byte)) && matcher.accept(end);
  }

  /**
   * A text of bytes that the masks allow; undefined if it does not come to an end by far.
   * @param random from 0 to below 1 @param soon length from which on it ends where it can
   */
  write(random: () => number, soon: number): string | undefined {
    const matcher = this.#start.fork();
    const bytes: number[] = [];
    const words = new Int32Array(Math.ceil((end + 1) / 32));
    while (bytes.length < 10 * soon) {
      matcher.fillMask(words);
      const allowed = Array.from({ length: end + 1 }, (_, id) => id).filter(
        (id) => (words[id >> 5]! >>> (id & 31)) & 1,
      );
      if (allowed.length === 0)
        throw new Error(`nothing may follow ${new TextDecoder().decode(Uint8Array.from(bytes))}`);
      const next = choose(allowed, random, bytes.length >= soon);
      if (!matcher.accept(next)) throw new Error(`the mask allows what is not accepted: ${next}`);
      if (next === end) return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes));
      bytes.push(next);
    }
    return undefined;
  }
}

/** Where it is late, the end, or mostly what closes something. */
function choose(allowed: readonly number[], random: () => number, isLate: boolean): number {
  if (isLate && allowed.includes(end)) return end;
  const closing = allowed.filter((id) => id === end || '"]}'.includes(String.fromCharCode(id)));
  const from = isLate && closing.length > 0 && random() < 0.7 ? closing : allowed;
  return from[Math.floor(random() * from.length)]!;
}

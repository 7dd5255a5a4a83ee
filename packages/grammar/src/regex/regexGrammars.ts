/**
 * Regular expressions as grammars. XGrammar's WebAssembly binding has none, and its EBNF is no way round: `[^\n]{0,1000}`
 * takes it 13 s to compile and two `a*` beside each other 0.2 s for each mask (r50k, Node 20, Zen 5). An automaton
 * answers both at once; the mask of a state takes 0.1 ms where few tokens may follow to 1.2 ms where any may when it is
 * first needed, and is a copy from then on.
 */
import type { GrammarMatcher, Tokenizer } from "@tokenmill/core";
import { refuse } from "@tokenmill/check";
import { CompiledGrammars } from "../compiledGrammars.ts";
import { type Automaton, compileRegex, dead } from "./automaton.ts";
import { Vocabulary } from "./vocabulary.ts";

/** Memory for the masks that were used last. */
const maskBytes = 2 ** 24;

export interface RegexGrammarsOptions {
  readonly tokenizer: Tokenizer;
  readonly eosTokenId: number;
  /** Length of a row. */
  readonly vocabSize: number;
  /** Compiled expressions that are kept while nobody uses them. */
  readonly cacheSize: number;
}

class CompiledRegex {
  readonly automaton: Automaton;

  constructor(regex: string) {
    this.automaton = compileRegex(regex);
  }

  delete(): void {
    // Nothing of it is outside JavaScript.
  }
}

export class RegexGrammars {
  readonly #tokenizer: Tokenizer;
  readonly #eosTokenId: number;
  readonly #wordCount: number;
  readonly #compiled: CompiledGrammars<CompiledRegex>;
  /** In order of use. */
  readonly #masks = new Map<string, Int32Array>();
  readonly #numbers = new WeakMap<Automaton, number>();
  #vocabulary: Vocabulary | undefined;
  #count = 0;

  constructor({ tokenizer, eosTokenId, vocabSize, cacheSize }: RegexGrammarsOptions) {
    this.#tokenizer = tokenizer;
    this.#eosTokenId = eosTokenId;
    this.#wordCount = Math.ceil(vocabSize / 32);
    this.#compiled = new CompiledGrammars(cacheSize);
  }

  /** @throws TypeError if it is no string, RangeError as `compileRegex` does. */
  open(regex: unknown): GrammarMatcher {
    if (typeof regex !== "string") refuse("regex", "string with a regular expression", regex, true);
    const { handle, release } = this.#compiled.take(regex, () => new CompiledRegex(regex));
    this.#vocabulary ??= new Vocabulary(this.#tokenizer);
    return new RegexMatcher(this, handle.automaton, release);
  }

  /** The state that the token leads to: `dead` for a token that is none, has no bytes, or is not allowed there. */
  stateAfter({ classOf, classCount, next }: Automaton, state: number, tokenId: number): number {
    if (!Number.isInteger(tokenId) || tokenId < 0 || tokenId >= this.#tokenizer.vocabSize) return dead;
    const bytes = this.#tokenizer.tokenBytes(tokenId);
    let at = bytes.length === 0 ? dead : state;
    for (let i = 0; i < bytes.length && at !== dead; i++) at = next[at * classCount + classOf[bytes[i]!]!]!;
    return at;
  }

  isEnd(tokenId: number): boolean {
    return tokenId === this.#eosTokenId;
  }

  /** The mask of a state; not to be changed. */
  mask(automaton: Automaton, state: number): Int32Array {
    const key = `${this.#numberOf(automaton)} ${state}`;
    let mask = this.#masks.get(key);
    if (mask) this.#masks.delete(key);
    else {
      mask = new Int32Array(this.#wordCount);
      this.#vocabulary!.fillMask(automaton, state, mask);
      if (automaton.isFinal[state]) mask[this.#eosTokenId >> 5]! |= 1 << (this.#eosTokenId & 31);
      const [oldest] = this.#masks.keys();
      if (oldest !== undefined && (this.#masks.size + 1) * mask.byteLength > maskBytes) this.#masks.delete(oldest);
    }
    this.#masks.set(key, mask);
    return mask;
  }

  #numberOf(automaton: Automaton): number {
    const number = this.#numbers.get(automaton) ?? this.#count++;
    this.#numbers.set(automaton, number);
    return number;
  }
}

class RegexMatcher implements GrammarMatcher {
  hasEnded = false;
  readonly #grammars: RegexGrammars;
  readonly #automaton: Automaton;
  readonly #releaseGrammar: () => void;
  #isReleased = false;
  #state = 0;

  constructor(grammars: RegexGrammars, automaton: Automaton, releaseGrammar: () => void) {
    this.#grammars = grammars;
    this.#automaton = automaton;
    this.#releaseGrammar = releaseGrammar;
  }

  accept(tokenId: number): boolean {
    if (this.hasEnded) return false;
    if (this.#grammars.isEnd(tokenId)) return (this.hasEnded = this.#automaton.isFinal[this.#state] === 1);
    const next = this.#grammars.stateAfter(this.#automaton, this.#state, tokenId);
    if (next === dead) return false;
    this.#state = next;
    return true;
  }

  fillMask(words: Int32Array): void {
    if (this.hasEnded) words.fill(0);
    else words.set(this.#grammars.mask(this.#automaton, this.#state));
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#releaseGrammar();
  }
}

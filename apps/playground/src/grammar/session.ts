/** One grammar over one vocabulary, and where an output stands in it. Probabilities and draws come from the kernels. */
import { createSampler, type Sampler } from "@tokenmill/core";
import { Budget, compileSpec, GrammarEngine, type Matcher, Vocabulary } from "@tokenmill/grammar/internal";
import type { DrawRequest, GrammarPlan, GrammarStep, ShownToken, StepRequest } from "./messages.ts";
import { bytesOfText, isEnd } from "./tokenBytes.ts";

/** Time that a grammar may take to compile. */
const compileMs = 2000;

type Spec = Parameters<typeof compileSpec>[0];

export class GrammarSession {
  readonly #engine: GrammarEngine;
  readonly #sampler: Sampler;
  readonly #words: Int32Array;
  #matcher: Matcher | undefined;
  /** What the matcher has read. */
  #read: number[] = [];

  private constructor(engine: GrammarEngine, sampler: Sampler) {
    this.#engine = engine;
    this.#sampler = sampler;
    this.#words = new Int32Array(engine.vocabulary.wordCount);
  }

  static async open(texts: readonly string[]): Promise<GrammarSession> {
    const vocabSize = texts.length;
    const tokenizer = { vocabSize, tokenBytes: (tokenId: number) => bytesOfText(texts[tokenId] ?? "") };
    const eosTokenIds = texts.flatMap((text, tokenId) => (isEnd(text) ? [tokenId] : []));
    const vocabulary = new Vocabulary({ tokenizer, vocabSize, eosTokenIds });
    return new GrammarSession(new GrammarEngine(vocabulary), await createSampler({ vocabSize, maxLogprobs: 0 }));
  }

  /** @throws TypeError, RangeError for what is no grammar, with keyword and pointer, or line and column */
  compile(plan: GrammarPlan): void {
    this.#matcher = undefined;
    const { vocabSize, eosTokenIds } = this.#engine.vocabulary;
    const tokens = { vocabSize, eosTokenId: eosTokenIds[0] ?? vocabSize, special: new Map<string, number>() };
    const budget = new Budget(plan.form, { timeMs: compileMs });
    this.#matcher = this.#engine.open(compileSpec(specOf(plan), { tokens, anyWhitespace: false }, budget));
    this.#read = [];
  }

  step({ tokenIds, logits, top }: StepRequest): GrammarStep {
    const matcher = this.#readTo(tokenIds);
    const words = this.#words;
    matcher.fillMask(words);
    const isAllowed = (tokenId: number): boolean => ((words[tokenId >> 5]! >>> (tokenId & 31)) & 1) === 1;
    const { vocabSize } = this.#sampler;
    const before = this.#sampler.distribution(logits, {});
    const shownBefore = firstOf(before, top, isAllowed);
    const masked = logits.slice();
    let [allowedCount, forbiddenMass] = [0, 0];
    for (let tokenId = 0; tokenId < vocabSize; tokenId++) {
      if (isAllowed(tokenId)) allowedCount++;
      else masked[tokenId] = Number.NEGATIVE_INFINITY;
    }
    before.tokenIds.forEach((tokenId, i) => {
      if (!isAllowed(tokenId)) forbiddenMass += before.probs[i]!;
    });
    this.#sampler.row.set(masked);
    const after = allowedCount === 0 ? [] : firstOf(this.#sampler.distribution(undefined, {}), top, isAllowed);
    return { hasEnded: matcher.hasEnded, vocabSize, allowedCount, forbiddenMass, before: shownBefore, after };
  }

  /** A token of the last step's row, the forbidden ones left out: the one that the engine draws there with these settings. */
  draw({ settings, history, promptLength }: DrawRequest): number {
    const position = history.length - promptLength;
    return this.#sampler.sample(undefined, this.#sampler.compile(settings), { history, promptLength, position })
      .tokenId;
  }

  #readTo(tokenIds: readonly number[]): Matcher {
    const matcher = this.#matcher;
    if (!matcher) throw new Error("there is no grammar yet");
    const read = this.#read;
    let same = 0;
    while (same < read.length && read[same] === tokenIds[same]) same++;
    matcher.rollback(read.length - same);
    read.length = same;
    for (const tokenId of tokenIds.slice(same)) {
      if (!matcher.accept(tokenId)) throw new Error(`the grammar does not allow token ${tokenId} there`);
      read.push(tokenId);
    }
    return matcher;
  }
}

function specOf({ form, text }: GrammarPlan): Spec {
  switch (form) {
    case "jsonSchema":
      return { jsonSchema: text };
    case "regex":
      return { regex: text };
    case "choice":
      return { choice: text.split("\n").filter((line) => line !== "") };
    case "grammar":
      return { grammar: text };
    default:
      return form satisfies never;
  }
}

/** Sorted by probability already. */
function firstOf(
  { tokenIds, probs }: { readonly tokenIds: Int32Array; readonly probs: ArrayLike<number> },
  top: number,
  isAllowed: (tokenId: number) => boolean,
): ShownToken[] {
  return Array.from(tokenIds.subarray(0, top), (tokenId, i) => {
    return { tokenId, prob: probs[i]!, isAllowed: isAllowed(tokenId) };
  });
}

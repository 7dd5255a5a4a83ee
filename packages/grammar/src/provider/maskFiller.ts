/** Fills masks where the rows are made. It remembers how far it has read the outputs that it saw last, and reads on. */
import type { CreateMaskFiller, GrammarImageData, MaskFiller } from "@tokenmill/contracts";
import { GrammarEngine } from "../run/engine.ts";
import type { Matcher } from "../run/matcher.ts";
import { ReadImages } from "./sharedImage.ts";
import { sharedTrie } from "./sharedTrie.ts";
import { type SharedVocabulary, vocabularyOf } from "./sharedVocabulary.ts";

/** Outputs that are remembered. */
const mostOutputs = 4096;

export interface MaskFillerOptions extends SharedVocabulary {
  /** Whether tables of the vocabulary are made at once, not when the first mask is filled. */
  readonly isWarm: boolean;
}

interface Output {
  readonly image: GrammarImageData;
  readonly matcher: Matcher;
  /** What the matcher has read. */
  readonly tokenIds: number[];
}

export const createMaskFiller: CreateMaskFiller = (options) => new GrammarMaskFiller(options as MaskFillerOptions);

class GrammarMaskFiller implements MaskFiller {
  readonly #options: MaskFillerOptions;
  readonly #images = new ReadImages();
  #engine: GrammarEngine | undefined;
  /** In order of use. */
  readonly #outputs = new Map<number, Output>();

  constructor(options: MaskFillerOptions) {
    this.#options = options;
    // a worker that starts in place of another reads the vocabulary before its first row, whose time is limited
    const isInUse = sharedTrie(options.trie, options.vocabSize) !== undefined;
    if (options.isWarm || isInUse) this.#engine = new GrammarEngine(vocabularyOf(options));
  }

  fill(image: GrammarImageData, key: number, tokenIds: Int32Array, words: Int32Array): void {
    const output = this.#outputOf(image, key);
    this.#readTo(output, tokenIds);
    output.matcher.fillMask(words);
  }

  #outputOf(image: GrammarImageData, key: number): Output {
    let output = this.#outputs.get(key);
    if (output?.image === image) this.#outputs.delete(key);
    else {
      this.#engine ??= new GrammarEngine(vocabularyOf(this.#options));
      output = { image, matcher: this.#engine.open(this.#images.imageOf(image)), tokenIds: [] };
      const [oldest] = this.#outputs.keys();
      if (oldest !== undefined && this.#outputs.size >= mostOutputs) this.#outputs.delete(oldest);
    }
    this.#outputs.set(key, output);
    return output;
  }

  /** An output may have gone back since it was seen last. */
  #readTo({ matcher, tokenIds: read }: Output, tokenIds: Int32Array): void {
    let same = 0;
    const most = Math.min(read.length, tokenIds.length);
    while (same < most && read[same] === tokenIds[same]) same++;
    matcher.rollback(read.length - same);
    read.length = same;
    for (let i = same; i < tokenIds.length; i++) {
      const tokenId = tokenIds[i]!;
      if (!matcher.accept(tokenId)) throw new Error(`the grammar does not allow token ${tokenId} at ${i}`);
      read.push(tokenId);
    }
  }
}

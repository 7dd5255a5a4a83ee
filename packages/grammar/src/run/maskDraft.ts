/**
 * A mask that is being made, as bits, and as a list of its tokens while these are few: a few tokens beside another mask then
 * need neither a look at every word nor memory for all of them.
 */

export class MaskDraft {
  /** Words of a mask, and one for the bit that stands for no token. */
  readonly words: Int32Array;
  /** The first tokens, some perhaps twice; the last place is for all that do not fit. */
  readonly tokens: Int32Array;
  /** Most tokens that are listed. */
  readonly mostListed: number;
  /** Tokens so far, those that are not listed too. */
  count = 0;
  #isClean = true;

  /** @param mostListed absent: as many as are set about as fast as the whole mask is copied */
  constructor(wordCount: number, mostListed: number = wordCount >> 3) {
    this.words = new Int32Array(wordCount + 1);
    this.mostListed = mostListed;
    this.tokens = new Int32Array(this.mostListed + 1);
  }

  /** No token is set from here on, even if the draft before was given up. */
  begin(): void {
    if (!this.#isClean) this.words.fill(0);
    this.#isClean = false;
    this.count = 0;
  }

  add(token: number): void {
    this.words[token >> 5]! |= 1 << (token & 31);
    this.tokens[Math.min(this.count++, this.mostListed)] = token;
  }

  /** Whether the list has all tokens. */
  get isListed(): boolean {
    return this.count <= this.mostListed;
  }

  /** From here on only the bits count: they were changed by others. */
  leaveList(): void {
    this.count = this.mostListed + 1;
  }

  /** It was used, and its bits go. */
  end(): void {
    const { words, tokens } = this;
    if (this.isListed) {
      for (let i = 0; i < this.count; i++) words[tokens[i]! >> 5] = 0;
      words[words.length - 1] = 0;
    } else words.fill(0);
    this.#isClean = true;
  }
}

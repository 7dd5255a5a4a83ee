/** Compiled grammars by the text of their specification: those in use, and of the others as many as memory is given to. */
import type { GrammarImage } from "../compile/image.ts";

interface Entry {
  readonly image: Promise<GrammarImage>;
  users: number;
  /** 0 until it is compiled. */
  sizeBytes: number;
  isCompiled: boolean;
}

export interface ImageInUse {
  readonly image: GrammarImage;
  readonly release: () => void;
}

export class ImageCache {
  readonly #mostBytes: number;
  /** In order of use. */
  readonly #entries = new Map<string, Entry>();

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /**
   * Compiles unless it is there, or is being compiled. A specification that fails is not remembered.
   * @param compile is given whether nobody waits any more
   * @throws what compiling throws, and the signal's reason
   */
  async take(
    text: string,
    compile: (isGone: () => boolean) => Promise<GrammarImage>,
    signal?: AbortSignal,
  ): Promise<ImageInUse> {
    signal?.throwIfAborted();
    const entry = this.#entries.get(text) ?? this.#begin(compile);
    this.#entries.delete(text);
    this.#entries.set(text, entry);
    entry.users++;
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      entry.users--;
      this.#evict();
    };
    signal?.addEventListener("abort", release);
    try {
      const image = await entry.image;
      signal?.throwIfAborted();
      entry.sizeBytes = image.sizeBytes + 2 * text.length;
      return { image, release };
    } catch (error) {
      release();
      if (!entry.isCompiled && this.#entries.get(text) === entry) this.#entries.delete(text);
      throw error;
    } finally {
      signal?.removeEventListener("abort", release);
    }
  }

  #begin(compile: (isGone: () => boolean) => Promise<GrammarImage>): Entry {
    const entry: Entry = { image: compile(() => entry.users === 0), users: 0, sizeBytes: 0, isCompiled: false };
    entry.image.then(
      () => (entry.isCompiled = true),
      () => undefined,
    );
    return entry;
  }

  #evict(): void {
    const idle = [...this.#entries].filter(([, { users, isCompiled }]) => users === 0 && isCompiled);
    let bytes = idle.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0);
    for (const [text, { sizeBytes }] of idle) {
      if (bytes <= this.#mostBytes) return;
      this.#entries.delete(text);
      bytes -= sizeBytes;
    }
  }
}

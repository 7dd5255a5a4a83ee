/** Compiled grammars and searches by the text of their specification: those in use, and of the others as many as memory is given to. */
import type { CompiledImage } from "./compileProtocol.ts";
import type { Waiters } from "./compileQueue.ts";

class Entry implements Waiters {
  readonly image: Promise<CompiledImage>;
  users = 1;
  /** 0 until it is compiled. */
  sizeBytes = 0;
  isCompiled = false;
  onGone: (() => void) | undefined;

  constructor(compile: (waiters: Waiters) => Promise<CompiledImage>) {
    this.image = compile(this);
    this.image.then(
      () => (this.isCompiled = true),
      () => undefined,
    );
  }

  get areGone(): boolean {
    return this.users === 0;
  }
}

export interface ImageInUse<T extends CompiledImage = CompiledImage> {
  readonly image: T;
  readonly release: () => void;
}

export class ImageCache {
  readonly #mostBytes: number;
  /** In order of use. */
  readonly #entries = new Map<string, Entry>();
  /** Of all of them, in use or not. */
  #sizeBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /**
   * Compiles unless it is there, or is being compiled. A specification that fails is not remembered.
   * @throws what compiling throws, and the signal's reason
   */
  async take(
    text: string,
    compile: (waiters: Waiters) => Promise<CompiledImage>,
    signal?: AbortSignal,
  ): Promise<ImageInUse> {
    signal?.throwIfAborted();
    let entry = this.#entries.get(text);
    if (entry) {
      entry.users++;
      this.#entries.delete(text);
    } else entry = new Entry(compile);
    this.#entries.set(text, entry);
    const used = entry;
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      if (--used.users === 0) used.onGone?.();
      this.#evict();
    };
    signal?.addEventListener("abort", release);
    try {
      const image = await entry.image;
      signal?.throwIfAborted();
      if (entry.sizeBytes === 0 && this.#entries.get(text) === entry) {
        this.#sizeBytes += entry.sizeBytes = image.sizeBytes + 2 * text.length;
      }
      return { image, release };
    } catch (error) {
      release();
      if (!entry.isCompiled && this.#entries.get(text) === entry) this.#entries.delete(text);
      throw error;
    } finally {
      signal?.removeEventListener("abort", release);
    }
  }

  #evict(): void {
    if (this.#sizeBytes <= this.#mostBytes) return;
    const idle = [...this.#entries].filter(([, { users, isCompiled }]) => users === 0 && isCompiled);
    let bytes = idle.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0);
    for (const [text, { sizeBytes }] of idle) {
      if (bytes <= this.#mostBytes) return;
      this.#entries.delete(text);
      this.#sizeBytes -= sizeBytes;
      bytes -= sizeBytes;
    }
  }
}

/** Compiled grammars by their text. Those in use stay; of the others the last used do. */
import type { Handle } from "./binding.ts";

interface Entry<H> {
  readonly handle: H;
  users: number;
}

export class CompiledGrammars<H extends Pick<Handle, "delete"> = Handle> {
  /** In order of use. */
  readonly #entries = new Map<string, Entry<H>>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The grammar of that text, compiled now if it is not there; `release` when its matcher is gone. */
  take(text: string, compile: () => H): { handle: H; release: () => void } {
    const entry = this.#entries.get(text) ?? { handle: compile(), users: 0 };
    this.#entries.delete(text);
    this.#entries.set(text, entry);
    entry.users++;
    this.#evict();
    return {
      handle: entry.handle,
      release: () => {
        entry.users--;
        this.#evict();
      },
    };
  }

  #evict(): void {
    for (const [text, entry] of this.#entries) {
      if (this.#entries.size <= this.#capacity) return;
      if (entry.users > 0) continue;
      this.#entries.delete(text);
      entry.handle.delete();
    }
  }
}

/** Sequences whose grammar or patterns are being compiled: off this thread, and nobody else waits for it. */
import type { GrammarProvider } from "@tokenmill/core";
import type { SamplerPool } from "@tokenmill/worker-pool";
import { patternLists } from "../control/bans.ts";
import { StopSearch } from "../text/stopSearch.ts";
import type { Sequence } from "./sequence.ts";

export interface CompilingObserver {
  /** The sequence has its masks, and what its text is searched by. */
  compiled(sequence: Sequence): void;
  /** It is no grammar or no expression, or a record's text is not what its tokens give: the request's fault. */
  refused(sequence: Sequence, error: unknown): void;
}

export class Compiling {
  readonly #pool: SamplerPool;
  readonly #grammars: GrammarProvider | undefined;
  readonly #observer: CompilingObserver;
  readonly #sequences = new Map<Sequence, AbortController>();

  constructor(pool: SamplerPool, grammars: GrammarProvider | undefined, observer: CompilingObserver) {
    this.#pool = pool;
    this.#grammars = grammars;
    this.#observer = observer;
  }

  add(sequence: Sequence): void {
    void this.#compile(sequence);
  }

  /** It has ended before it had its masks. */
  remove(sequence: Sequence): void {
    this.#sequences.get(sequence)?.abort();
    this.#sequences.delete(sequence);
  }

  /** Gives back what an ended sequence has. */
  free(sequence: Sequence): void {
    if (sequence.masks) this.#pool.closeMasks(sequence.masks);
    sequence.compiled?.release();
  }

  async #compile(sequence: Sequence): Promise<void> {
    const ended = new AbortController();
    this.#sequences.set(sequence, ended);
    try {
      const { signal } = ended;
      await Promise.all([
        this.#compileGrammar(sequence, signal),
        this.#compileStops(sequence, signal),
        this.#compileBans(sequence, signal),
      ]);
      if (!signal.aborted) sequence.replay?.();
      sequence.replay = undefined;
    } catch (error) {
      ended.abort();
      if (this.#sequences.delete(sequence)) this.#observer.refused(sequence, error);
      return;
    }
    if (this.#sequences.delete(sequence)) this.#observer.compiled(sequence);
  }

  async #compileGrammar(sequence: Sequence, signal: AbortSignal): Promise<void> {
    if (!sequence.grammar) return;
    sequence.compiled = await this.#grammars!.compile(sequence.grammar, { signal });
    if (signal.aborted) sequence.compiled.release();
    else sequence.masks = this.#pool.openMasks(sequence.compiled.image);
  }

  async #compileStops({ stops }: Sequence, signal: AbortSignal): Promise<void> {
    if (!(stops instanceof StopSearch)) return;
    stops.automaton = await this.#grammars!.compileSearch!(stops.patterns, { param: "stopRegex", signal });
  }

  async #compileBans(sequence: Sequence, signal: AbortSignal): Promise<void> {
    const lists = sequence.bans ? patternLists(sequence.bans) : [];
    sequence.banAutomata = await Promise.all(
      lists.map(({ param, patterns }) => this.#grammars!.compileSearch!(patterns, { param, signal })),
    );
  }
}

/**
 * The lexer's steps as a dense table for walks over the vocabulary: state × byte. It has only states that walks reach, and
 * only the steps that they took.
 */
import { deadState, type Lexer } from "./lexer.ts";

/** An entry is place << 1 | whether a lexeme ends there; 0 is dead. */
const unknown = -1;

export class WalkTable {
  readonly #lexer: Lexer;
  /** Entries by place · 256 + byte. */
  entries: Int32Array = new Int32Array(64 * 256);
  /** By place: the rest of the only lexeme there, -1 where there are more, none or a lazy one. */
  rests: Int32Array = new Int32Array(64).fill(-1);
  /** By place: the lexer's state. */
  readonly #states: number[] = [deadState];
  readonly #places = new Map<number, number>();

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
    this.#places.set(deadState, 0);
  }

  get sizeBytes(): number {
    return this.entries.byteLength;
  }

  place(state: number): number {
    let place = this.#places.get(state);
    if (place === undefined) {
      place = this.#states.push(state) - 1;
      this.#places.set(state, place);
      if (place * 256 >= this.entries.length) {
        const entries = new Int32Array(this.entries.length * 2);
        entries.set(this.entries);
        this.entries = entries;
        const rests = new Int32Array(this.rests.length * 2);
        rests.set(this.rests);
        this.rests = rests;
      }
      this.rests[place] = this.#lexer.onlyMember(state)?.rest ?? -1;
      this.entries.fill(unknown, place * 256, place * 256 + 256);
    }
    return place;
  }

  state(place: number): number {
    return this.#states[place]!;
  }

  /** The entry for a step that no walk took before. `entries` may be another array afterwards. */
  step(place: number, byte: number): number {
    const next = this.#lexer.next(this.#states[place]!, byte);
    const entry = (this.place(next) << 1) | Number(this.#lexer.ended(next).length > 0);
    this.entries[place * 256 + byte] = entry;
    return entry;
  }
}

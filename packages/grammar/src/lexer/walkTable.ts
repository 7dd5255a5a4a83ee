/**
 * The lexer's steps as dense rows for walks over the vocabulary: place × class of bytes. It has only states that walks reach,
 * and only the steps that they took.
 */
import type { Partitions } from "../regex/byteSets.ts";
import { deadState, type Lexer } from "./lexer.ts";

/** An entry is place << 1 | whether a lexeme ends there; 0 is dead. */
const unknown = -1;

export class WalkTable {
  readonly #lexer: Lexer;
  readonly #partitions: Partitions;
  /** Of all places, row after row. */
  entries: Int32Array = new Int32Array(1024);
  /** Classes of bytes, 256 for each partition. */
  classes: Uint8Array = new Uint8Array(64 * 256);
  /** By place: where its row of entries begins. */
  rows: Int32Array = new Int32Array(64);
  /** By place: where its classes begin. */
  partitions: Int32Array = new Int32Array(64);
  /** By place: the lexer's state. */
  readonly #states: number[] = [];
  /** By the lexer's state. */
  readonly #places: (number | undefined)[] = [];
  /** By the lexer's partition: where its classes begin here. */
  readonly #classesOf: (number | undefined)[] = [];
  #partitionCount = 0;
  #entryCount = 0;

  constructor(lexer: Lexer, partitions: Partitions) {
    this.#lexer = lexer;
    this.#partitions = partitions;
    this.place(deadState);
    this.entries[0] = 0;
  }

  get sizeBytes(): number {
    return (this.entries.length + this.rows.length * 2) * 4 + this.classes.length + this.#states.length * 60;
  }

  place(state: number): number {
    const known = this.#places[state];
    if (known !== undefined) return known;
    const place = this.#states.push(state) - 1;
    this.#places[state] = place;
    if (place >= this.rows.length) {
      this.rows = grown(this.rows);
      this.partitions = grown(this.partitions);
    }
    const partition = this.#lexer.partition(state);
    const count = this.#partitions.get(partition).firstOf.length;
    if (this.#entryCount + count > this.entries.length) this.entries = grown(this.entries);
    this.rows[place] = this.#entryCount;
    this.partitions[place] = this.#classesAt(partition);
    this.entries.fill(unknown, this.#entryCount, this.#entryCount + count);
    this.#entryCount += count;
    return place;
  }

  #classesAt(partition: number): number {
    let at = this.#classesOf[partition];
    if (at === undefined) {
      at = this.#partitionCount++ * 256;
      this.#classesOf[partition] = at;
      if (at >= this.classes.length) {
        const classes = new Uint8Array(this.classes.length * 2);
        classes.set(this.classes);
        this.classes = classes;
      }
      this.classes.set(this.#partitions.get(partition).classOf, at);
    }
    return at;
  }

  state(place: number): number {
    return this.#states[place]!;
  }

  /** The entry for a step. */
  entry(place: number, byte: number): number {
    const entry = this.entries[this.rows[place]! + this.classes[this.partitions[place]! + byte]!]!;
    return entry < 0 ? this.step(place, byte) : entry;
  }

  /** The entry for a step that no walk took before. The arrays may be others afterwards. */
  step(place: number, byte: number): number {
    const next = this.#lexer.next(this.#states[place]!, byte);
    const entry = (this.place(next) << 1) | Number(this.#lexer.ended(next).length > 0);
    this.entries[this.rows[place]! + this.classes[this.partitions[place]! + byte]!] = entry;
    return entry;
  }
}

function grown(words: Int32Array): Int32Array {
  const result = new Int32Array(words.length * 2);
  result.set(words);
  return result;
}

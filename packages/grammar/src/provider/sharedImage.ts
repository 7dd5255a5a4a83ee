/**
 * A compiled grammar as bytes in shared memory: threads that only pass it on do not read it, and those that do look at it where
 * it is. How long each array is, then the arrays one after the other, each from a multiple of 8 on.
 */
import type { GrammarImageData } from "@tokenmill/contracts";
import type { GrammarImage } from "../compile/image.ts";
import type { TokenRanges } from "../lexer/lexer.ts";

export interface SharedImage extends GrammarImageData {
  readonly bytes: Uint8Array;
}

type WordArray = Int32Array | Uint32Array | Uint16Array | Uint8Array | Float64Array;

/** In the order in which `readImage` reads them. */
function arraysOf({ nodes, sets, moduli, lexemes, keys, states, edges, rules, start }: GrammarImage): WordArray[] {
  return [
    Int32Array.of(start),
    nodes,
    sets,
    Float64Array.from(moduli),
    lexemes.expressions,
    lexemes.isNullable,
    lexemes.isLazy,
    Int32Array.from(lexemes.tokenIds.flatMap(([lexeme, ranges]) => [lexeme, ranges.length, ...ranges.flat()])),
    keys.texts,
    keys.firstUnits,
    keys.names,
    keys.firstNames,
    keys.outOf,
    states.rules,
    states.isAccepting,
    states.bounds,
    states.also,
    states.firstEdges,
    edges.symbols,
    edges.targets,
    edges.flags,
    edges.once,
    edges.bounds,
    rules.firstStates,
    rules.isNullable,
    rules.saturations,
    rules.firstRuns,
    rules.runCounts,
    rules.runPlaces,
    rules.live,
  ];
}

function readImage({ bytes, sizeBytes }: SharedImage): GrammarImage {
  const arrays = new ArrayReader(bytes);
  const [start] = arrays.i32() as Int32Array & [number];
  return {
    start,
    nodes: arrays.i32(),
    sets: arrays.u32(),
    moduli: [...arrays.f64()],
    lexemes: {
      expressions: arrays.i32(),
      isNullable: arrays.u8(),
      isLazy: arrays.u8(),
      tokenIds: readTokenIds(arrays.i32()),
    },
    keys: {
      texts: arrays.u16(),
      firstUnits: arrays.i32(),
      names: arrays.i32(),
      firstNames: arrays.i32(),
      outOf: arrays.i32(),
    },
    states: {
      rules: arrays.i32(),
      isAccepting: arrays.u8(),
      bounds: arrays.f64(),
      also: arrays.i32(),
      firstEdges: arrays.i32(),
    },
    edges: {
      symbols: arrays.i32(),
      targets: arrays.i32(),
      flags: arrays.u8(),
      once: arrays.i32(),
      bounds: arrays.f64(),
    },
    rules: {
      firstStates: arrays.i32(),
      isNullable: arrays.u8(),
      saturations: arrays.f64(),
      firstRuns: arrays.i32(),
      runCounts: arrays.f64(),
      runPlaces: arrays.i32(),
      live: arrays.u8(),
    },
    sizeBytes,
  };
}

function readTokenIds(words: Int32Array): (readonly [lexeme: number, ranges: TokenRanges])[] {
  const found: (readonly [number, TokenRanges])[] = [];
  for (let at = 0; at < words.length; ) {
    const [lexeme, count] = [words[at]!, words[at + 1]!];
    at += 2;
    const ranges = Array.from({ length: count }, (_, i) => [words[at + 2 * i]!, words[at + 2 * i + 1]!] as const);
    found.push([lexeme, ranges]);
    at += 2 * count;
  }
  return found;
}

const aligned = (sizeBytes: number): number => (sizeBytes + 7) & ~7;

class ArrayReader {
  readonly #buffer: ArrayBufferLike;
  readonly #sizes: Int32Array;
  #next = 1;
  #at: number;

  constructor({ buffer }: Uint8Array) {
    this.#buffer = buffer;
    const [count] = new Int32Array(buffer, 0, 1);
    this.#sizes = new Int32Array(buffer, 0, count! + 1);
    this.#at = aligned(this.#sizes.byteLength);
  }

  /** Place and size of the next array. */
  #take(): readonly [at: number, sizeBytes: number] {
    const [at, sizeBytes] = [this.#at, this.#sizes[this.#next++]!];
    this.#at = aligned(at + sizeBytes);
    return [at, sizeBytes];
  }

  i32(): Int32Array {
    const [at, sizeBytes] = this.#take();
    return new Int32Array(this.#buffer, at, sizeBytes / 4);
  }

  u32(): Uint32Array {
    const [at, sizeBytes] = this.#take();
    return new Uint32Array(this.#buffer, at, sizeBytes / 4);
  }

  u16(): Uint16Array {
    const [at, sizeBytes] = this.#take();
    return new Uint16Array(this.#buffer, at, sizeBytes / 2);
  }

  u8(): Uint8Array {
    const [at, sizeBytes] = this.#take();
    return new Uint8Array(this.#buffer, at, sizeBytes);
  }

  f64(): Float64Array {
    const [at, sizeBytes] = this.#take();
    return new Float64Array(this.#buffer, at, sizeBytes / 8);
  }
}

export function shareImage(image: GrammarImage): SharedImage {
  const arrays = arraysOf(image);
  const start = aligned(4 * (arrays.length + 1));
  const sizeBytes = arrays.reduce((sum, { byteLength }) => sum + aligned(byteLength), start);
  const buffer = new SharedArrayBuffer(sizeBytes);
  const bytes = new Uint8Array(buffer);
  new Int32Array(buffer).set([arrays.length, ...arrays.map(({ byteLength }) => byteLength)]);
  let at = start;
  for (const { buffer: from, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(from, byteOffset, byteLength), at);
    at += aligned(byteLength);
  }
  return { bytes, sizeBytes };
}

/** What of shared images this thread has read, as long as they are there. */
export class ReadImages {
  readonly #read = new WeakMap<GrammarImageData, GrammarImage>();

  /** @param shared what `shareImage` made, or a clone of it */
  imageOf(shared: GrammarImageData): GrammarImage {
    let image = this.#read.get(shared);
    if (!image) this.#read.set(shared, (image = readImage(shared as SharedImage)));
    return image;
  }
}

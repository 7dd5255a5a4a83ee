/** JSON in pieces: what is long is made, and encoded, only when it is next to be sent. */

/** Characters after which a piece is full: a tenth of a millisecond or two to make. */
const pieceLength = 16_384;

/** An array whose elements are made as they are asked for, anew each time. `JSON.stringify` takes it as an array. */
export class LazyArray<T> implements Iterable<T> {
  readonly #elements: () => Iterable<T>;

  constructor(elements: () => Iterable<T>) {
    this.#elements = elements;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#elements()[Symbol.iterator]();
  }

  toJSON(): T[] {
    return [...this];
  }
}

/** Of what is made of each element. */
export function lazyMap<T, U>(elements: Iterable<T>, make: (element: T, index: number) => U): LazyArray<U> {
  return new LazyArray(function* () {
    let index = 0;
    for (const element of elements) yield make(element, index++);
  });
}

/**
 * The text of `JSON.stringify(value)`. Lazy arrays go element by element; so do those in an object's fields, and in the
 * fields of these.
 */
export function* jsonPieces(value: unknown): Generator<string, void> {
  const out = { text: "" };
  yield* walk(value, out);
  yield out.text;
}

function* walk(value: unknown, out: { text: string }): Generator<string, void> {
  if (value instanceof LazyArray) {
    let comma = "[";
    for (const element of value as LazyArray<unknown>) {
      out.text += comma;
      comma = ",";
      yield* walk(element === undefined ? null : element, out);
      if (out.text.length < pieceLength) continue;
      yield out.text;
      out.text = "";
    }
    out.text += comma === "[" ? "[]" : "]";
  } else if (isObject(value) && Object.values(value).some(holdsLazy)) {
    let comma = "{";
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined) continue;
      out.text += `${comma}${JSON.stringify(name)}:`;
      comma = ",";
      yield* walk(field, out);
    }
    out.text += "}";
  } else out.text += JSON.stringify(value);
}

function holdsLazy(value: unknown): boolean {
  if (value instanceof LazyArray) return true;
  return isObject(value) && Object.values(value).some((field) => field instanceof LazyArray);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

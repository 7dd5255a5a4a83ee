/** Checks of lists and of 64-bit numbers at a public boundary. */
import { refuse } from "./refuse.ts";

const isList = (value: unknown): value is ArrayLike<unknown> =>
  typeof value === "object" &&
  value !== null &&
  Number.isSafeInteger((value as { length?: unknown }).length) &&
  (value as ArrayLike<unknown>).length >= 0;

/** An array or a typed array; `length`: how many elements it has to have, `why`: for the message. @throws TypeError, RangeError */
export function checkList<T>(name: string, value: ArrayLike<T>, length?: number, why?: string): ArrayLike<T> {
  if (!isList(value)) return refuse(name, "an array", value, true);
  if (length !== undefined && value.length !== length) {
    return refuse(name, `${length} elements${why === undefined ? "" : ` (${why})`}`, value.length, false);
  }
  return value;
}

/** Token ids of a vocabulary. @throws TypeError, RangeError naming the first one that is none. */
export function checkTokenIds(name: string, ids: ArrayLike<number>, vocabSize: number): ArrayLike<number> {
  checkList(name, ids);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (Number.isInteger(id) && id >= 0 && id < vocabSize) continue;
    refuse(`${name}[${i}]`, `token id in [0, ${vocabSize})`, id, typeof id !== "number");
  }
  return ids;
}

/** A seed or an id of 64 bits. @throws TypeError, RangeError */
export function checkUint64(name: string, value: number | bigint): number | bigint {
  const isInRange =
    typeof value === "bigint" ? value >= 0n && value < 1n << 64n : Number.isSafeInteger(value) && value >= 0;
  if (isInRange) return value;
  const isWrongKind = typeof value !== "number" && typeof value !== "bigint";
  return refuse(name, "safe integer ≥ 0 or bigint in [0, 2^64)", value, isWrongKind);
}

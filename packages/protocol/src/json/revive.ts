/** From the JSON form of numbers back to numbers and bigints. */

/** A decimal string as a number where that is exact, else as a bigint; anything else as it is. */
export function reviveInteger(value: unknown): unknown {
  if (typeof value === "bigint") return canonical(value);
  if (typeof value !== "string" || !/^-?\d{1,20}$/.test(value)) return value;
  return canonical(BigInt(value));
}

/** `"NaN"`, `"Infinity"` and `"-Infinity"` as numbers; anything else as it is. */
export function reviveNumber(value: unknown): unknown {
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value;
}

function canonical(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** Integers that came with 64 bits although fewer would do: some writers give every integer as many. */

const types = [0xcf, 0xd3] as const;

/** Whether the bytes may hold an integer of 64 bits. */
export function mayHoldWideIntegers(bytes: Uint8Array): boolean {
  return types.some((type) => bytes.includes(type));
}

/** Makes numbers of the bigints in the value that are safe integers, in place. */
export function narrowIntegers(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  const fields = value as Record<string, unknown>;
  for (const key in fields) fields[key] = narrowIntegers(fields[key]);
  return value;
}

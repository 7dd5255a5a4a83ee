/**
 * JSON text of events and requests. What JSON numbers cannot hold follows protobuf's JSON mapping: a bigint outside the
 * safe integers is a decimal string, and NaN, Infinity and -Infinity are strings of that name. A Map becomes an object.
 */

/** @throws TypeError if the value refers to itself. */
export function encodeJson(value: unknown): string {
  return isPlain(value, 0) ? JSON.stringify(value) : JSON.stringify(value, replace);
}

/** Whether `JSON.stringify` alone is right: no bigint, Map or number that is not finite within three levels, nothing deeper. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return typeof value !== "bigint";
  if (depth > 2 || value instanceof Map) return false;
  for (const key in value) {
    if (!isPlain((value as Record<string, unknown>)[key], depth + 1)) return false;
  }
  return true;
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return isSafe(value) ? Number(value) : String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value instanceof Map ? Object.fromEntries(value) : value;
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}

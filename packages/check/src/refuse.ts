/** Messages of refused parameters: name, expectation, value. */

/** Renders a value for a message, short. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) || ArrayBuffer.isView(value) ? `an array of ${lengthOf(value)}` : "an object";
  }
  return String(value);
}

function lengthOf(value: { length?: unknown; byteLength?: number }): number {
  return typeof value.length === "number" ? value.length : (value.byteLength ?? 0);
}

/** A `TypeError` for the wrong kind of value, a `RangeError` for one outside the range. */
export function refuse(name: string, expected: string, value: unknown, isWrongType: boolean): never {
  const message = `"${name}" expected ${expected}, got ${show(value)}`;
  throw isWrongType ? new TypeError(message) : new RangeError(message);
}

/** Longer ones are not slips of a name. */
const longestName = 64;

/** The known name nearest to `name` by edit distance, if one is near. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Refuses names that are not known, with the nearest known one. */
export function refuseUnknown(names: Iterable<string>, known: readonly string[], what: string): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    throw new TypeError(`unknown ${what} "${name}"${nearest ? `, did you mean "${nearest}"?` : ""}`);
  }
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

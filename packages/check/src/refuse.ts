/** Messages of refused parameters: name, expectation, value. */
import { asRefusal, type Wording } from "./refusal.ts";

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

/**
 * A `TypeError` for the wrong kind of value, a `RangeError` for one outside the range; both are a `Refusal`.
 * `mentions`: other parameters that `expected` names, in quotes.
 */
export function refuse(
  name: string,
  expected: string,
  value: unknown,
  isWrongType: boolean,
  mentions: readonly string[] = [],
): never {
  const got = show(value);
  const wording: Wording = (spelled) =>
    `"${spelled(name)}" expected ${mentioning(expected, mentions, spelled)}, got ${got}`;
  const message = wording(asWritten);
  throw asRefusal(isWrongType ? new TypeError(message) : new RangeError(message), name, wording);
}

/** The same where there is no value to show; `reason` goes on after the parameter's name. */
export function refuseBecause(
  name: string,
  reason: string,
  isWrongType: boolean,
  mentions: readonly string[] = [],
): never {
  const wording: Wording = (spelled) => `"${spelled(name)}" ${mentioning(reason, mentions, spelled)}`;
  const message = wording(asWritten);
  throw asRefusal(isWrongType ? new TypeError(message) : new RangeError(message), name, wording);
}

const asWritten = (name: string): string => name;

function mentioning(text: string, mentions: readonly string[], spelled: (name: string) => string): string {
  return mentions.reduce((said, name) => said.replaceAll(`"${name}"`, `"${spelled(name)}"`), text);
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

/**
 * Refuses names that are not known, with what `hintOf` says of one (a name of another program, say), else with the
 * nearest known name. `parameter`: whose value they are; absent: they are parameters themselves.
 */
export function refuseUnknown(
  names: Iterable<string>,
  known: readonly string[],
  what: string,
  hintOf: (name: string) => string | undefined = () => undefined,
  parameter?: string,
): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    const message = `unknown ${what} "${name}"${remedyOf(name, known, hintOf)}`;
    throw asRefusal(new TypeError(message), parameter ?? name, () => message);
  }
}

/** What to write instead of an unknown name, to go on after it in a message; "" if nothing is known. */
export function remedyOf(
  name: string,
  known: readonly string[],
  hintOf: (name: string) => string | undefined = () => undefined,
): string {
  const hint = hintOf(name);
  if (hint !== undefined) return `: ${hint}`;
  const nearest = nearestName(name, known);
  return nearest === undefined ? "" : `, did you mean "${nearest}"?`;
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

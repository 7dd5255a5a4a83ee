/** Checks of single values at a public boundary: each returns the value or refuses it by name. */
import { refuse, refuseBecause, refuseUnknown } from "./refuse.ts";

export interface Range {
  /** Least value, inclusive. */
  readonly min: number;
  /** Largest value, inclusive. */
  readonly max: number;
}

/** Most tokens of a vocabulary, and of an output. */
export const mostTokens: number = 2 ** 24;

/** An integer within both bounds. @throws TypeError for what is no number, RangeError for one outside. */
export function checkInteger(name: string, value: unknown, { min, max }: Range): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  return refuse(name, `integer in [${min}, ${max}]`, value, typeof value !== "number");
}

/** A finite number within both bounds; `max` may be `Number.MAX_VALUE`. @throws TypeError for what is no number, RangeError for one outside. */
export function checkNumber(name: string, value: unknown, { min, max }: Range): number {
  if (Number.isFinite(value) && (value as number) >= min && (value as number) <= max) return value as number;
  const expected = max === Number.MAX_VALUE ? `number ≥ ${min}, finite` : `number in [${min}, ${max}]`;
  return refuse(name, expected, value, typeof value !== "number");
}

/** Timers take no longer ones. */
const longestTimeoutMs = 2 ** 31 - 1;

/** Milliseconds that a timer may wait. @throws TypeError, RangeError */
export function checkTimeout(name: string, value: unknown, min = 0): number {
  return checkNumber(name, value, { min, max: longestTimeoutMs });
}

/** @throws TypeError */
export function checkBoolean(name: string, value: unknown): boolean {
  return typeof value === "boolean" ? value : refuse(name, "boolean", value, true);
}

/** @throws TypeError */
export function checkString(name: string, value: unknown): string {
  return typeof value === "string" ? value : refuse(name, "string", value, true);
}

/** Text that has bytes: a lone surrogate, half of a character, would become another one. @throws TypeError, RangeError */
export function checkText(name: string, value: unknown): string {
  const text = checkString(name, value);
  const lone = text.search(/\p{Surrogate}/u);
  if (lone < 0) return text;
  return refuseBecause(name, `expected well-formed text, got a lone surrogate, half of a character, at ${lone}`, false);
}

/** @throws TypeError */
export function checkFunction<T extends (...args: never[]) => unknown>(name: string, value: T | undefined): T {
  return typeof value === "function" ? value : refuse(name, "function", value, true);
}

/** One of the table's own names. @throws TypeError for what is no string, RangeError for another name. */
export function checkName<T extends string>(name: string, value: unknown, names: readonly T[]): T {
  if (names.includes(value as T)) return value as T;
  const expected = `one of ${names.map((known) => JSON.stringify(known)).join(", ")}`;
  return refuse(name, expected, value, typeof value !== "string");
}

/**
 * An options object with known names only; `what` names an entry in the message (`sampler option`), `hintOf` is that of
 * `refuseUnknown`.
 * @throws TypeError
 */
export function checkOptions<T extends object>(
  name: string,
  options: T,
  known: readonly string[],
  what: string,
  hintOf?: (name: string) => string | undefined,
): T {
  if (typeof options !== "object" || options === null || Array.isArray(options)) refuse(name, "object", options, true);
  refuseUnknown(Object.keys(options), known, what, hintOf);
  return options;
}

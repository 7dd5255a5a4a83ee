/** A row from pasted JSON: a map of names to logits, or an array of logits. */
import { messageOf, refuse } from "@tokenmill/check";
import type { Row } from "./row.ts";

/** The row's element type is f32: a larger logit would be an infinity there. */
const largestLogit = 3.4028234663852886e38;
const longestRow = 2 ** 20;

/**
 * @throws TypeError for what is no JSON, no map and no array; RangeError for an empty one and for logits that are neither
 * finite nor −Infinity (also as the string "-Infinity", which JSON lacks).
 */
export function jsonRow(text: string): Row {
  const value = parse(text);
  if (typeof value !== "object" || value === null) refuse("logits", "a JSON object or array", value, true);
  const isList = Array.isArray(value);
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length === 0) throw new RangeError(`"logits" expected at least one token, got ${isList ? "[]" : "{}"}`);
  if (entries.length > longestRow) refuse("logits", `at most ${longestRow} tokens`, entries.length, false);
  const logits = Float32Array.from(entries, ([name, logit]) => logitOf(isList ? name : JSON.stringify(name), logit));
  if (logits.every((logit) => logit === -Infinity)) {
    throw new RangeError('"logits" expected at least one finite logit, got only -Infinity');
  }
  const names = entries.map(([name]) => (isList ? `#${name}` : name));
  return { logits, tokenText: (tokenId) => names[tokenId] ?? `#${tokenId}`, promptTokenIds: [] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new TypeError(`"logits" expected JSON such as {"nice": 3.5, "hot": 3} or [3.5, 3]: ${reason}`, { cause });
  }
}

function logitOf(label: string, value: unknown): number {
  if (value === "-Infinity") return -Infinity;
  if (typeof value !== "number") refuse(`logits[${label}]`, 'number or "-Infinity"', value, true);
  if (!(Math.abs(value) <= largestLogit)) refuse(`logits[${label}]`, "finite f32 number", value, false);
  return value;
}

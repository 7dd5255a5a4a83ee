/** A row from names and logits, as `--logits` and `--logits-file` give it. */
import { messageOf, nearestName, refuse } from "@tokenmill/check";
import type { ExplainRow } from "./row.ts";

/** The row's element type is f32: a larger logit would be an infinity there. */
const largestLogit = 3.4028234663852886e38;

/**
 * Checks a map of token names to logits and makes a row; token ids count the names in their order.
 * `history`: names of tokens drawn before. `prompt`: the text before the row.
 * @throws TypeError for what is no map, no number or not a name; RangeError for an empty map and for logits that are
 * neither finite nor −Infinity (also as the string "-Infinity", which JSON lacks).
 */
export function namedRow(logits: unknown, history: readonly string[] = [], prompt?: string): ExplainRow {
  if (typeof logits !== "object" || logits === null || Array.isArray(logits)) {
    refuse("logits", "object of token names and logits", logits, true);
  }
  const entries = Object.entries(logits);
  if (entries.length === 0) throw new RangeError('"logits" expected at least one token, got {}');
  const names = entries.map(([name]) => name);
  const values = entries.map(([name, value]) => logitOf(name, value));
  if (values.every((value) => value === -Infinity)) {
    throw new RangeError('"logits" expected at least one finite logit, got only -Infinity');
  }
  return {
    ...(prompt === undefined ? {} : { prompt }),
    logits: values,
    tokenText: (tokenId) => names[tokenId]!,
    history: history.map((name, index) => idOf(name, index, names)),
    promptLength: 0,
  };
}

function logitOf(name: string, value: unknown): number {
  if (value === "-Infinity" || value === -Infinity) return -Infinity;
  const label = `logits[${JSON.stringify(name)}]`;
  if (typeof value !== "number") refuse(label, 'number or "-Infinity"', value, true);
  if (!(Math.abs(value) <= largestLogit)) refuse(label, "finite f32 number", value, false);
  return value;
}

function idOf(name: string, index: number, names: readonly string[]): number {
  const tokenId = names.indexOf(name);
  if (tokenId >= 0) return tokenId;
  const nearest = nearestName(name, names);
  const remedy = nearest === undefined ? "" : `, did you mean ${JSON.stringify(nearest)}?`;
  throw new TypeError(`"history[${index}]" expected a token of the row, got ${JSON.stringify(name)}${remedy}`);
}

/** Parses the text of a `--logits` option or file. `name` is the option, for messages. @throws TypeError if it is no JSON. */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new TypeError(`"${name}" expected JSON such as {"nice": 3.5, "hot": 3}, got ${shorten(text)} (${reason})`, {
      cause,
    });
  }
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}...` : text);
}

/** Turns the text of a sampling flag into the parameter's value; ranges are the table's business. */
import { parseNumber, UsageError } from "@tokenmill/cli";
import type { Parameter } from "@tokenmill/core";

/** @throws UsageError if the text is not of the parameter's kind. */
export function parseValue({ name, kind, expected }: Parameter, text: string): unknown {
  const refuse = (): never => {
    throw new UsageError(`"${name}" expected ${expected}, got ${JSON.stringify(text)}`);
  };
  switch (kind) {
    case "number":
    case "integer":
      return parseNumber(text) ?? refuse();
    case "seed":
      return parseUint64(text) ?? refuse();
    case "choice":
      return text;
    case "tokenIds":
    case "numbers":
      return parseNumbers(text) ?? refuse();
    case "stages":
      return text.split(",").map((part) => part.trim());
    case "boolean":
      return text === "true" ? true : text === "false" ? false : refuse();
    case "tokenSequences":
    case "sequenceBiases":
      return parseArray(text) ?? refuse();
    case "bias":
      return parseObject(text) ?? refuse();
    default:
      return kind satisfies never;
  }
}

/** A number where it is exact, else a bigint; undefined if it is not a whole number. */
function parseUint64(text: string): number | bigint | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

/** `1,2,3` or a JSON array; undefined for what is neither. */
export function parseNumbers(text: string): number[] | undefined {
  const inner = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1] ?? text;
  if (inner.trim() === "") return [];
  const ids = inner.split(",").map((part) => parseNumber(part.trim()));
  return ids.includes(undefined) ? undefined : (ids as number[]);
}

/** A JSON array; undefined for what is none. */
export function parseArray(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for what is none. */
export function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

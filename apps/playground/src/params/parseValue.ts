/** The text of a parameter's value in links, fields and flags, and back. */
import type { Parameter } from "@tokenmill/core";

/** As a link, a field and a command line write it. */
export function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && !value.some(Array.isArray)) return value.join(",");
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return String(value);
}

/** The value in a text; ranges are the kernels' business. @throws TypeError if it is not of the parameter's kind. */
export function parseValue({ name, kind, expected, choices }: Parameter, text: string): unknown {
  const trimmed = text.trim();
  const refuse = (): never => {
    throw new TypeError(`"${name}" expected ${expected}, got ${JSON.stringify(text)}`);
  };
  switch (kind) {
    case "number":
    case "integer":
      return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed) ? Number(trimmed) : refuse();
    case "seed":
      if (!/^-?\d+$/.test(trimmed)) return refuse();
      return Number.isSafeInteger(Number(trimmed)) ? Number(trimmed) : BigInt(trimmed);
    case "choice":
      return choices?.includes(trimmed) ? trimmed : refuse();
    case "tokenIds":
      return listOf(trimmed).map((part) => (/^\d+$/.test(part) ? Number(part) : refuse()));
    case "boolean":
      return trimmed === "true" || (trimmed === "false" ? false : refuse());
    case "numbers":
    case "tokenSequences":
    case "sequenceBiases":
      return parseArray(trimmed) ?? refuse();
    case "stages":
      return listOf(trimmed);
    case "bias":
      return parseObject(trimmed) ?? refuse();
    default:
      return kind satisfies never;
  }
}

function listOf(text: string): string[] {
  const inner = /^\[(.*)\]$/s.exec(text)?.[1] ?? text;
  return inner.split(",").flatMap((part) => {
    const word = part.trim().replace(/^"(.*)"$/, "$1");
    return word === "" ? [] : [word];
  });
}

function parseArray(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text.startsWith("[") ? text : `[${text}]`);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The fields of a body that its schema has accepted, by their kinds: nothing is cast, and what has two names is one field. */
import { fieldOf, givenName } from "./fieldNames.ts";

export type RawBody = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is RawBody {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Numbers in a list; empty for what is none. */
export function numbersIn(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "number") : [];
}

/** Texts in a list; empty for what is none. */
export function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** Each method throws an `ApiError` where the field is there under two names. */
export class BodyFields {
  readonly raw: RawBody;

  constructor(body: unknown) {
    this.raw = isRecord(body) ? body : {};
  }

  value(name: string): unknown {
    return fieldOf(this.raw, name);
  }

  number(name: string): number | undefined {
    const value = this.value(name);
    return typeof value === "number" ? value : undefined;
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    return typeof value === "string" ? value : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.value(name);
    return typeof value === "boolean" ? value : undefined;
  }

  /** A text alone is a list of one; absent: none. */
  texts(name: string): readonly string[] {
    const value = this.value(name);
    return typeof value === "string" ? [value] : textsIn(value);
  }

  record(name: string): RawBody | undefined {
    const value = this.value(name);
    return isRecord(value) ? value : undefined;
  }

  /** The name under which the field was given. */
  spelling(name: string): string | undefined {
    return givenName(this.raw, name);
  }
}

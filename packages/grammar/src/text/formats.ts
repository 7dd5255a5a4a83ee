/** The format objects of structural tags, read from JSON: each field checked by name and kind, refusals with a JSON pointer. */
import { show } from "@tokenmill/check";
import { limits } from "./limits.ts";

type Json = Readonly<Record<string, unknown>>;

/** A place in the JSON text of a structural tag. */
export class FormatReader {
  readonly value: Json;
  readonly #param: string;
  readonly #pointer: string;
  readonly #depth: number;

  /** @throws RangeError if it is no object */
  constructor(value: unknown, param: string, pointer = "", depth = 0) {
    this.#param = param;
    this.#pointer = pointer;
    this.#depth = depth;
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.refuse("object", value);
    if (depth > limits.nesting) this.refuse(`at most ${limits.nesting} formats inside each other`, "more");
    this.value = value as Json;
  }

  get pointer(): string {
    return this.#pointer;
  }

  /** @throws RangeError for fields of other names */
  checkNames(names: readonly string[]): void {
    for (const name of Object.keys(this.value)) {
      if (!names.includes(name)) this.refuse(`nothing but ${names.join(", ")}`, name);
    }
  }

  text(name: string, fallback?: string): string {
    const value = this.value[name] ?? fallback;
    if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) this.#refuseField(name, "string", value);
    return value;
  }

  marker(name: string): string {
    const text = this.text(name);
    return text === "" ? this.#refuseField(name, "string with a character in it", text) : text;
  }

  flag(name: string): boolean {
    const value = this.value[name] ?? false;
    return typeof value === "boolean" ? value : this.#refuseField(name, "boolean", value);
  }

  /** An integer from `min` on. */
  count(name: string, min = 0): number {
    const value = this.value[name];
    const isCount = Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= limits.repetition;
    return isCount ? (value as number) : this.#refuseField(name, `integer in [${min}, ${limits.repetition}]`, value);
  }

  list(name: string, fallback?: readonly unknown[]): readonly unknown[] {
    const value = this.value[name] ?? fallback;
    return Array.isArray(value) ? value : this.#refuseField(name, "array", value);
  }

  texts(name: string): string[] {
    return this.list(name, []).map((text) =>
      typeof text === "string" && text !== "" && !/\p{Surrogate}/u.test(text)
        ? text
        : this.#refuseField(name, "array of strings with a character in them", text),
    );
  }

  format(name: string): FormatReader {
    return this.inside(this.value[name], name);
  }

  formats(name: string): FormatReader[] {
    return this.list(name).map((value, index) => this.inside(value, `${name}/${index}`));
  }

  inside(value: unknown, path: string): FormatReader {
    return new FormatReader(value, this.#param, `${this.#pointer}/${path}`, this.#depth + 1);
  }

  /** Refuses a field that is there and has an effect in other engines only. */
  refuseField(name: string, why: string): void {
    if (this.value[name] !== undefined && this.value[name] !== null)
      this.#refuseField(name, `nothing (${why})`, this.value[name]);
  }

  refuse(expected: string, got: unknown): never {
    const where = this.#pointer === "" ? "" : ` at ${this.#pointer}`;
    throw new RangeError(`"${this.#param}"${where} expected ${expected}, got ${show(got)}`);
  }

  #refuseField(name: string, expected: string, got: unknown): never {
    throw new RangeError(`"${this.#param}" at ${this.#pointer}/${name} expected ${expected}, got ${show(got)}`);
  }
}

/** Schemas that say the same, annotations aside: what they come to is worked out once for all the places where they stand. */
import { isObject } from "./schemaObject.ts";
import { inArray, inRecord, inSchema, isConstraint } from "./keywords.ts";

/** Schemas further inside are each for itself. */
const deepest = 64;

/** Whether every value satisfies the schema as it has no keyword that says otherwise. */
export function saysNothing(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  for (const keyword in schema) if (isConstraint(keyword)) return false;
  return true;
}

export class Shapes {
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<object, number>();
  #count = 0;

  /** The same number for schemas of the same constraints, in the same order, with the same values. */
  numberOf(schema: unknown, depth = 0): number {
    if (!isObject(schema)) return this.#numbered(JSON.stringify(schema) ?? "");
    let number = this.#known.get(schema);
    if (number === undefined) {
      number = depth > deepest ? this.#count++ : this.#numbered(this.#textOf(schema, depth));
      this.#known.set(schema, number);
    }
    return number;
  }

  #numbered(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.#count++));
    return number;
  }

  #textOf(schema: Readonly<Record<string, unknown>>, depth: number): string {
    let text = "";
    for (const keyword of Object.keys(schema)) {
      if (!isConstraint(keyword)) continue;
      const value = schema[keyword];
      text += `${JSON.stringify(keyword)}:`;
      if (typeof value !== "object" || value === null) text += `${JSON.stringify(value)},`;
      else if (Array.isArray(value) && inArray.includes(keyword)) {
        text += `[${value.map((each) => this.numberOf(each, depth + 1)).join()}],`;
      } else if (isObject(value) && inRecord.includes(keyword)) {
        for (const name of Object.keys(value)) {
          text += `${JSON.stringify(name)}=${this.numberOf(value[name], depth + 1)},`;
        }
        text += ";";
      } else if (isObject(value) && inSchema.includes(keyword)) text += `#${this.numberOf(value, depth + 1)},`;
      else text += `${JSON.stringify(value)},`;
    }
    return text;
  }
}

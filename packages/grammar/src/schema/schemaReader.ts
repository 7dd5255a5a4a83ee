/** The values of a schema object's keywords, each checked for its kind, and the schemas under them. */
import { escapeToken, type Location, type SchemaDocument } from "./document.ts";
import { isObject, type SchemaObject } from "./schemaObject.ts";
import { UnsupportedSchemaError } from "./errors.ts";
import type { Formula, Formulas } from "./formula.ts";
import type { Origin } from "./leaves.ts";
import type { Scope } from "./scopes.ts";

/** What all schemas of a document share. */
export interface Readings {
  readonly document: SchemaDocument;
  readonly formulas: Formulas;
  /** What is taken as an annotation though it looks like a constraint. */
  readonly warn: (origin: Origin, reason: string) => void;
}

export class SchemaReader {
  readonly schema: SchemaObject;
  readonly location: Location;
  readonly scope: Scope;
  readonly document: SchemaDocument;
  readonly formulas: Formulas;
  readonly warn: Readings["warn"];

  constructor({ document, formulas, warn }: Readings, location: Location, schema: SchemaObject, scope: Scope) {
    this.document = document;
    this.formulas = formulas;
    this.warn = warn;
    this.location = location;
    this.schema = schema;
    this.scope = scope;
  }

  has(keyword: string): boolean {
    return Object.hasOwn(this.schema, keyword);
  }

  originOf(keyword: string): Origin {
    return { keyword, pointer: this.location.pointer };
  }

  refuse(keyword: string, reason: string): never {
    throw new UnsupportedSchemaError(keyword, this.location.pointer, reason);
  }

  /** The schema under a keyword; undefined without it. */
  inner(keyword: string, token?: string | number): Formula | undefined {
    if (!this.has(keyword)) return undefined;
    const location = this.document.at(this.location, keyword, token);
    if (typeof location.value !== "boolean" && !isObject(location.value)) {
      const at = token === undefined ? "" : ` at /${escapeToken(String(token))}`;
      return this.refuse(keyword, `expected a schema${at}`);
    }
    return this.formulas.schema(this.document.firstLike(location), this.scope);
  }

  /** Schemas by index; undefined without the keyword. */
  list(keyword: string): Formula[] | undefined {
    if (!this.has(keyword)) return undefined;
    const value = this.schema[keyword];
    if (!Array.isArray(value)) return this.refuse(keyword, "expected an array of schemas");
    return value.map((_, index) => this.inner(keyword, index)!);
  }

  /** Names of the keyword's object, none without it. */
  names(keyword: string): string[] {
    if (!this.has(keyword)) return [];
    const value = this.schema[keyword];
    return isObject(value) ? Object.keys(value) : this.refuse(keyword, "expected an object");
  }

  strings(keyword: string, value: unknown = this.schema[keyword]): readonly string[] {
    if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
    return this.refuse(keyword, "expected an array of strings");
  }

  number(keyword: string): number | undefined {
    if (!this.has(keyword)) return undefined;
    const value = this.schema[keyword];
    return typeof value === "number" && Number.isFinite(value) ? value : this.refuse(keyword, "expected a number");
  }

  /** A whole number from 0 on. */
  count(keyword: string): number | undefined {
    const value = this.number(keyword);
    if (value === undefined || (Number.isInteger(value) && value >= 0)) return value;
    return this.refuse(keyword, "expected a whole number that is not negative");
  }
}

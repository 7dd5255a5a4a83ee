/**
 * What a schema has evaluated where it holds, as cases: a value satisfies the schema if it satisfies the formula of a case, and
 * then the case's properties or items are evaluated. A case says which branches hold and nothing of the others, so that
 * it evaluates no more than it must; taking all of them together is exact.
 */
import type { TextRegex } from "../regex/textRegex.ts";
import type { Location } from "./document.ts";
import { isObject } from "./schemaObject.ts";
import { UnsupportedSchemaError } from "./errors.ts";
import type { Formula } from "./formula.ts";
import { itemsOf } from "./readArrays.ts";
import { readReferences } from "./readReferences.ts";
import { searchOf } from "./readStrings.ts";
import { type Readings, SchemaReader } from "./schemaReader.ts";
import { enter, type Scope } from "./scopes.ts";
import { allSeen, nothingSeen, type Parts, type Seen, seenKey, unite } from "./seen.ts";

const mostCases = 256;
const deepest = 64;

export interface Case {
  readonly holds: Formula;
  readonly seen: Seen;
}

export class Evaluation {
  readonly #readings: Readings;
  readonly #parts: Parts;
  readonly #numbers = new Map<TextRegex, number>();
  #depth = 0;

  constructor(readings: Readings, parts: Parts) {
    this.#readings = readings;
    this.#parts = parts;
  }

  /** Cases of all that is beside `unevaluated…` in a schema. @param whole what the schema says */
  casesOf(reader: SchemaReader, whole: Formula): Case[] {
    const { formulas } = reader;
    let cases: Case[] = [{ holds: whole, seen: this.#own(reader) }];
    for (const choices of this.#applicators(reader)) {
      if (choices.every(({ seen }) => seen === nothingSeen)) continue;
      cases = cases.flatMap((each) =>
        choices.map(({ holds, seen }) => ({ holds: formulas.and([each.holds, holds]), seen: unite(each.seen, seen) })),
      );
      cases = this.#merge(reader, cases);
    }
    return cases;
  }

  /** Equal sets together. */
  #merge({ formulas, location }: SchemaReader, cases: readonly Case[]): Case[] {
    const merged = new Map<string, Case>();
    const numberOf = (texts: TextRegex): number => {
      const number = this.#numbers.get(texts) ?? this.#numbers.size;
      this.#numbers.set(texts, number);
      return number;
    };
    for (const { holds, seen } of cases) {
      const key = seenKey(seen, numberOf);
      const known = merged.get(key);
      merged.set(key, { holds: known ? formulas.or([known.holds, holds]) : holds, seen });
    }
    if (merged.size > mostCases) {
      const keyword = this.#parts === "properties" ? "unevaluatedProperties" : "unevaluatedItems";
      throw new UnsupportedSchemaError(keyword, location.pointer, `more than ${mostCases} ways to have evaluated some`);
    }
    return [...merged.values()];
  }

  #own(reader: SchemaReader): Seen {
    if (this.#parts === "items") {
      const { prefix, rest } = itemsOf(reader);
      if (rest !== undefined) return allSeen;
      const contained = reader.location.resource.dialect.containsEvaluates ? reader.inner("contains") : undefined;
      if (contained === undefined && prefix.length === 0) return nothingSeen;
      return { ...nothingSeen, items: prefix.length, contained: new Set(contained ? [contained] : []) };
    }
    if (reader.has("additionalProperties")) return allSeen;
    const names = new Set(reader.names("properties"));
    const patterns = reader.names("patternProperties").map((each) => searchOf(reader, "patternProperties", each));
    if (names.size === 0 && patterns.length === 0) return nothingSeen;
    return { ...nothingSeen, names, patterns: new Set(patterns) };
  }

  /** For each applicator the cases of which one must be. */
  #applicators(reader: SchemaReader): Case[][] {
    const { formulas } = reader;
    const found: Case[][] = [...readReferences(reader), ...(reader.list("allOf") ?? [])].map((each) =>
      this.#schema(each),
    );
    const any = reader.list("anyOf");
    if (any) found.push(this.#anyOf(reader, any));
    const one = reader.list("oneOf");
    if (one) {
      found.push(
        one.flatMap((branch, i) => {
          const others = one.filter((_, j) => j !== i).map((other) => formulas.not(other));
          return this.#schema(branch).map(({ holds, seen }) => ({ holds: formulas.and([holds, ...others]), seen }));
        }),
      );
    }
    const condition = reader.inner("if");
    if (condition) found.push(this.#conditional(reader, condition));
    // they say nothing of arrays
    const dependencies = this.#parts === "properties" ? ["dependentSchemas", "dependencies"] : [];
    for (const keyword of dependencies) {
      for (const name of reader.names(keyword)) {
        const value = (reader.schema[keyword] as Readonly<Record<string, unknown>>)[name];
        if (Array.isArray(value)) continue;
        const present = formulas.leaf({ type: "object", is: "present", name });
        const absent = { holds: formulas.leaf({ type: "object", is: "absent", name }), seen: nothingSeen };
        found.push([
          absent,
          ...this.#both([{ holds: present, seen: nothingSeen }], this.#schema(reader.inner(keyword, name)!)),
        ]);
      }
    }
    return found;
  }

  /** Any branches that hold, at least one; the others may hold as well. */
  #anyOf(reader: SchemaReader, branches: readonly Formula[]): Case[] {
    const { formulas } = reader;
    const all = branches.map((branch) => this.#schema(branch));
    if (all.every((cases) => cases.every(({ seen }) => seen === nothingSeen))) {
      return [{ holds: formulas.or(branches), seen: nothingSeen }];
    }
    let chosen: Case[] = [];
    for (const cases of all) {
      chosen = this.#merge(reader, [...chosen, ...cases, ...this.#both(chosen, cases)]);
    }
    return chosen;
  }

  #conditional(reader: SchemaReader, condition: Formula): Case[] {
    const { formulas } = reader;
    const branch = (keyword: string): Case[] => {
      const inner = reader.inner(keyword);
      return inner ? this.#schema(inner) : [{ holds: formulas.true, seen: nothingSeen }];
    };
    const fails = [{ holds: formulas.not(condition), seen: nothingSeen }];
    return [...this.#both(this.#schema(condition), branch("then")), ...this.#both(fails, branch("else"))];
  }

  #both(first: readonly Case[], second: readonly Case[]): Case[] {
    const { formulas } = this.#readings;
    return first.flatMap((a) =>
      second.map((b) => ({ holds: formulas.and([a.holds, b.holds]), seen: unite(a.seen, b.seen) })),
    );
  }

  #schema(formula: Formula): Case[] {
    if (formula.kind !== "schema") return [{ holds: formula, seen: nothingSeen }];
    const { location, scope } = formula;
    const { value } = location;
    if (!isObject(value)) return [{ holds: formula, seen: nothingSeen }];
    const keyword = this.#parts === "properties" ? "unevaluatedProperties" : "unevaluatedItems";
    if (Object.hasOwn(value, keyword)) return [{ holds: formula, seen: allSeen }];
    if (this.#depth >= deepest) {
      throw new UnsupportedSchemaError(
        keyword,
        location.pointer,
        `more than ${deepest} schemas inside each other for one value`,
      );
    }
    this.#depth++;
    try {
      return this.casesOf(this.#readerOf(location, value, scope), formula);
    } finally {
      this.#depth--;
    }
  }

  #readerOf(location: Location, value: Readonly<Record<string, unknown>>, outer: Scope): SchemaReader {
    const scope = this.#readings.document.hasDynamicReferences ? enter(outer, location) : outer;
    return new SchemaReader(this.#readings, location, value, scope);
  }
}

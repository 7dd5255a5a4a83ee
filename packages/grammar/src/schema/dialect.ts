/**
 * Drafts by `$schema`, each one object, so that places of the same draft are seen to be alike. Where they differ by form alone
 * (tuples, boolean bounds, `dependencies`) every form is read.
 */
import { UnsupportedSchemaError } from "./errors.ts";

export interface Dialect {
  /** Up to draft 7 a `$ref` stands alone: by the standard, what is beside it is not looked at. */
  readonly refStandsAlone: boolean;
  /** `id` instead of `$id`. */
  readonly idKeyword: "id" | "$id";
  /** `unevaluated…`, `minContains`, `maxContains`, `dependent…` and anchors exist. */
  readonly isModern: boolean;
  /** Items that `contains` finds are evaluated; in 2019-09 they are not. */
  readonly containsEvaluates: boolean;
  /** Nothing says which draft it is: OpenAPI 3.0 writes that way. */
  readonly isUnnamed: boolean;
}

/** What the draft is where a document does not say. */
export const unnamed: Dialect = {
  refStandsAlone: false,
  idKeyword: "$id",
  isModern: true,
  containsEvaluates: true,
  isUnnamed: true,
};

const modern: Dialect = { ...unnamed, isUnnamed: false };
const draft2019: Dialect = { ...modern, containsEvaluates: false };
/** Drafts 6 and 7. */
const old: Dialect = { ...modern, refStandsAlone: true, isModern: false };
const draft4: Dialect = { ...old, idKeyword: "id" };

/** @throws UnsupportedSchemaError for a dialect that is none of the drafts 4 to 2020-12 */
export function dialectOf(schema: Readonly<Record<string, unknown>>, pointer: string, outer: Dialect): Dialect {
  const uri = schema["$schema"];
  if (uri === undefined) return outer;
  if (typeof uri !== "string") throw new UnsupportedSchemaError("$schema", pointer, "it is no URI");
  const draft = /^https?:\/\/json-schema\.org\/(?:draft[-/])?(2020-12|2019-09|0[467]|schema)(?:\/schema)?#?$/.exec(
    uri,
  )?.[1];
  if (draft === undefined && !uri.startsWith("https://spec.openapis.org/oas/3.1/dialect/")) {
    throw new UnsupportedSchemaError(
      "$schema",
      pointer,
      `${JSON.stringify(uri)} is none of the drafts 4, 6, 7, 2019-09 and 2020-12`,
    );
  }
  const isOld = draft !== undefined && draft.startsWith("0");
  if (isOld) return draft === "04" ? draft4 : old;
  return draft === "2019-09" ? draft2019 : modern;
}

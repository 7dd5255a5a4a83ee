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

const drafts: ReadonlyMap<string, Dialect> = new Map([
  ["04", draft4],
  ["05", draft4],
  ["06", old],
  ["07", old],
  ["2019-09", draft2019],
  ["2020-12", modern],
  ["schema", modern],
]);

/**
 * A document that names a metaschema of its own is read as if it named none: keywords are the standard's.
 * @throws UnsupportedSchemaError for a draft that is none of 4 to 2020-12
 */
export function dialectOf(schema: Readonly<Record<string, unknown>>, pointer: string, outer: Dialect): Dialect {
  const uri = schema["$schema"];
  if (uri === undefined) return outer;
  if (typeof uri !== "string") throw new UnsupportedSchemaError("$schema", pointer, "it is no URI");
  if (/^https:\/\/spec\.openapis\.org\/oas\/3\.[12]\/dialect\//.test(uri)) return modern;
  const named = /^https?:\/\/json-schema\.org\/(?:draft[-/])?([^/#]*)(?:\/(?:hyper-)?schema)?#?$/.exec(uri)?.[1];
  const dialect = drafts.get(named ?? "");
  if (dialect) return dialect;
  if (!/^https?:\/\/json-schema\.org\//.test(uri)) return outer;
  const reason = `${JSON.stringify(uri)} is none of the drafts 4 to 7, 2019-09 and 2020-12`;
  throw new UnsupportedSchemaError("$schema", pointer, reason);
}

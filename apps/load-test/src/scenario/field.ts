/**
 * One field of a scenario: what a file may have there, what stands there if nothing does, and the flag that sets it. The tables
 * of fields are typed by the scenario's interfaces, so that a field of one is a field of the other.
 */

/** A JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** Reads a flag's text; what it read before, where the flag may be repeated. @throws UsageError */
export type FlagReader = (text: string, before: never) => unknown;

export interface Flag {
  /** As commander has it: `--vocab-size <n>`, `--no-stream`. */
  readonly syntax: string;
  readonly says: string;
  /** The default as help tells it, where the fallback does not say it. */
  readonly shown?: string;
  /** How the text is read. Absent: as the schema has it. */
  readonly read?: FlagReader;
}

export interface FieldBase {
  readonly schema: Schema;
  readonly flag?: Flag;
  /** The fields inside, where it is an object with some. */
  readonly inner?: Fields;
}

/** A field that every complete scenario has. */
export type Field<T> = FieldBase &
  (
    | { readonly fallback: T | (() => T) }
    /** A file has to give it. */
    | { readonly isRequired: true }
    /** What stands there follows from other fields (`completeScenario.ts`). */
    | { readonly isComputed: true }
  );

export type Fields = Readonly<Record<string, FieldBase>>;

/** A table of all fields of `S`, but those that say which kind of object it is. */
export type FieldsOf<S> = {
  readonly [K in Exclude<keyof S, "type" | "mode">]-?: Record<never, never> extends Pick<S, K>
    ? FieldBase
    : Field<S[K]>;
};

/** Everything given, and the fallbacks of what is not. */
export function filled(given: object, fields: Fields): Record<string, unknown> {
  const complete: Record<string, unknown> = { ...given };
  for (const [name, { inner, ...field }] of Object.entries(fields)) {
    if (complete[name] === undefined && "fallback" in field) {
      complete[name] = typeof field.fallback === "function" ? (field.fallback as () => unknown)() : field.fallback;
    } else if (complete[name] !== undefined && inner) complete[name] = filled(complete[name] as object, inner);
  }
  return complete;
}

/** The schema of an object with these fields and no others, and those that name its kind. */
export function objectSchema(fields: Fields, kind: Readonly<Record<string, string>> = {}): Schema {
  const required = Object.keys(fields).filter((name) => "isRequired" in fields[name]!);
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(Object.entries(kind).map(([name, value]) => [name, { const: value }])),
      ...Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
    },
    required: [...Object.keys(kind), ...required],
    additionalProperties: false,
  };
}

/** The schema of an object of one of several kinds, named by a field. */
export function byField(propertyName: string, kinds: Readonly<Record<string, Fields>>): Schema {
  return {
    type: "object",
    discriminator: { propertyName },
    required: [propertyName],
    oneOf: Object.entries(kinds).map(([kind, fields]) => objectSchema(fields, { [propertyName]: kind })),
  };
}

/** JSON schema (draft 2020-12) of scenario files; printed by `tokenmill-load schema scenario`. */
import { byField, objectSchema, type Schema } from "./field.ts";
import { loadFields } from "./loadFields.ts";
import { requestFields } from "./requestFields.ts";
import { goalFields, runFields } from "./runFields.ts";
import { targetFields } from "./targetFields.ts";

export const scenarioSchema: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "tokenmill-load scenario",
  ...objectSchema({
    target: { schema: byField("type", targetFields), ...{ isRequired: true } },
    load: { schema: byField("mode", loadFields) },
    requests: { schema: objectSchema(requestFields) },
    ...runFields,
    ...goalFields,
  }),
};

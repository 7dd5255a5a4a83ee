import { describe, expect, it } from "vitest";
import { languageOf } from "../testing/schemaLanguage.ts";

describe("a document's $schema", () => {
  it.each([
    ["http://json-schema.org/draft-05/schema#", true],
    ["http://json-schema.org/draft-07/hyper-schema#", true],
    ["https://json-schema.org/draft/2019-09/hyper-schema", false],
    ["https://spec.openapis.org/oas/3.2/dialect/2025-09-17", false],
    ["http://json-schema.org/schema#", false],
    // a metaschema of one's own
    ["https://example.com/schemas/meta/1-0-0#", false],
  ])("%s: a $ref stands alone: %s", ($schema, isAlone) => {
    const accepts = languageOf({
      $schema,
      $ref: "#/definitions/a",
      maximum: 1,
      definitions: { a: { type: "integer" } },
    });
    expect([accepts("1"), accepts("2"), accepts("null")]).toEqual([true, isAlone, false]);
  });

  it.each(["http://json-schema.org/draft-03/schema#", "https://json-schema.org/draft/next/schema"])(
    "%s is refused",
    ($schema) => {
      expect(() => languageOf({ $schema })).toThrow(`${JSON.stringify($schema)} is none of the drafts 4 to 7`);
    },
  );
});

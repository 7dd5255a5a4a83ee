/** `unevaluatedItems` and `unevaluatedProperties` (JSON Schema core §11). */
import type { Formula } from "./formula.ts";
import type { SchemaReader } from "./schemaReader.ts";

export function readUnevaluated(reader: SchemaReader, formula: Formula): Formula {
  for (const keyword of ["unevaluatedItems", "unevaluatedProperties"]) {
    if (reader.has(keyword) && reader.location.resource.dialect.isModern && reader.schema[keyword] !== true) {
      reader.refuse(keyword, "it is not enforced");
    }
  }
  return formula;
}

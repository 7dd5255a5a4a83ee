/** `unevaluatedItems` and `unevaluatedProperties` (JSON Schema core §11): what no schema beside them has evaluated. */
import { Evaluation } from "./evaluation.ts";
import type { Formula } from "./formula.ts";
import type { SchemaReader } from "./schemaReader.ts";
import { unseenLeaf } from "./seen.ts";

/** @param whole what the rest of the schema says */
export function readUnevaluated(reader: SchemaReader, whole: Formula): Formula {
  if (!reader.location.resource.dialect.isModern) return whole;
  const { formulas } = reader;
  let formula = whole;
  for (const parts of ["properties", "items"] as const) {
    const unseen = reader.inner(parts === "properties" ? "unevaluatedProperties" : "unevaluatedItems");
    if (unseen === undefined || unseen === formulas.true) continue;
    const cases = new Evaluation(reader, parts).casesOf(reader, formula);
    formula = formulas.or(
      cases.map(({ holds, seen }) => formulas.and([holds, unseenLeaf(formulas, parts, seen, unseen)])),
    );
  }
  return formula;
}

/** Makes the row that a link, a field or a dropped file names. */
import { promptRow } from "./promptRow.ts";
import { articleRow } from "./article.ts";
import { jsonRow } from "./jsonRow.ts";
import { npyRow } from "./npyRow.ts";
import type { Row, RowSpec } from "./row.ts";

/** @throws Error with the reason, in words for the user. */
export async function loadRow(spec: RowSpec, bytes?: ArrayBuffer): Promise<Row> {
  switch (spec.kind) {
    case "article":
      return articleRow;
    case "json":
      return jsonRow(spec.text);
    case "prompt":
      return promptRow(spec.prompt);
    case "file":
      if (!bytes) throw new Error(`drop ${spec.name} again: a link cannot carry a file`);
      return npyRow(bytes);
    default:
      return spec satisfies never;
  }
}

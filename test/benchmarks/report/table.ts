/** Markdown tables. */

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** First column to the left, the others to the right. @throws RangeError if a row has not as many cells as the head. */
export function tableText({ head, rows }: Table): string {
  for (const row of rows)
    if (row.length !== head.length) throw new RangeError(`"rows" expected ${head.length} cells, got ${row.length}`);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(head),
    `|---|${head
      .slice(1)
      .map(() => "--:|")
      .join("")}`,
    ...rows.map(line),
  ].join("\n");
}

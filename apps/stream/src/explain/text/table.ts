/** Tables of aligned columns for a terminal. */
import { displayWidth } from "../tokens/tokenText.ts";

export interface Column {
  readonly header: string;
  readonly cells: readonly string[];
  /** Absent: left. */
  readonly align?: "left" | "right";
  /** Applied after padding, so that escape codes do not count. Absent: as it is. */
  readonly style?: (padded: string, rowIndex: number) => string;
}

/** Lines of a table, header first, two spaces between columns, no trailing blanks. */
export function table(columns: readonly Column[], styleHeader: (text: string) => string): string[] {
  const rowCount = Math.max(0, ...columns.map(({ cells }) => cells.length));
  const padded = columns.map(({ header, cells, align, style = (text: string) => text }) => {
    const width = Math.max(displayWidth(header), ...cells.map(displayWidth));
    const pad = (text: string): string => {
      const blanks = " ".repeat(width - displayWidth(text));
      return align === "right" ? blanks + text : text + blanks;
    };
    return { header: pad(header), cells: Array.from({ length: rowCount }, (_, i) => style(pad(cells[i] ?? ""), i)) };
  });
  const join = (cells: readonly string[]): string => cells.join("  ").trimEnd();
  return [
    styleHeader(join(padded.map(({ header }) => header))),
    ...Array.from({ length: rowCount }, (_, i) => join(padded.map(({ cells }) => cells[i]!))),
  ];
}

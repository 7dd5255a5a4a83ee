/** A table of tokens against settings: each cell a probability with its bar, `·` where the token is cut. */
import { bar } from "./bar.ts";
import type { Style } from "./style.ts";
import { type Column, table } from "./table.ts";
import { displayWidth } from "../tokens/tokenText.ts";

export interface GridColumn {
  readonly header: string;
  readonly probs: readonly number[];
}

const numberWidth = 6;
const leastBarWidth = 3;
const mostBarWidth = 24;
const indent = "  ";

/** A probability to four digits; `·` for 0, `<.0001` for what would round to it. */
export function formatProb(prob: number): string {
  if (prob === 0) return "·";
  return prob < 0.00005 ? "<.0001" : prob.toFixed(4);
}

/** Lines of the grid within `width` columns; settings that do not fit side by side follow below. All bars share a scale. */
export function probGrid(
  names: readonly string[],
  columns: readonly GridColumn[],
  width: number,
  style: Style,
): string[] {
  const nameWidth = Math.max(...names.map(displayWidth));
  const barsWidth = width - indent.length - nameWidth;
  const cellWidth = 2 + numberWidth + 1;
  const perLine = Math.max(1, Math.min(columns.length, Math.floor(barsWidth / (cellWidth + leastBarWidth))));
  const lineCount = Math.ceil(columns.length / perLine);
  const evenly = Math.ceil(columns.length / lineCount);
  const barWidth = Math.max(leastBarWidth, Math.min(mostBarWidth, Math.floor(barsWidth / evenly) - cellWidth));
  const largest = Math.max(...columns.flatMap(({ probs }) => probs));
  return Array.from({ length: lineCount }, (_, line) => {
    const cells = columns
      .slice(line * evenly, (line + 1) * evenly)
      .map((column) => gridColumn(column, barWidth, largest, style));
    const lines = table([{ header: "", cells: names }, ...cells], style.faint).map((text) => (indent + text).trimEnd());
    return line === 0 ? lines : ["", ...lines];
  }).flat();
}

function gridColumn({ header, probs }: GridColumn, barWidth: number, largest: number, style: Style): Column {
  const numbers = probs.map((prob) => formatProb(prob).padStart(numberWidth));
  return {
    header: header.padEnd(numberWidth + 1 + barWidth),
    cells: probs.map((prob, i) => `${numbers[i]} ${bar(prob / largest, barWidth)}`),
    style: (padded, i) =>
      probs[i] === 0
        ? style.faint(padded)
        : padded.slice(0, numberWidth + 1) + style.bar(padded.slice(numberWidth + 1)),
  };
}

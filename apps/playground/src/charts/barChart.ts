/**
 * Horizontal bars of probabilities, drawn by d3 into an SVG: one row per token, the softmax as an outline on it, and
 * a tick where the draws came out. Bars move between settings, except while they change faster than they could.
 */
import { easeCubicOut } from "d3-ease";
import { scaleLinear } from "d3-scale";
import { select, type Selection } from "d3-selection";
import "d3-transition";
import type { BarChartData, BarRow } from "./barRow.ts";
import { count, decimal, percent } from "./format.ts";

export interface BarChartOptions {
  /** Of the whole chart, for screen readers. */
  readonly label: string;
  /** Smaller rows without numbers of draws. */
  readonly isCompact?: boolean;
  /** Called with the row under the pointer or with focus, and its element; undefined when it leaves. */
  readonly onHover?: (row: BarRow | undefined, element: SVGGElement | undefined) => void;
  readonly onChoose?: (row: BarRow) => void;
}

const moveMs = 260;
/** Changes that follow one another faster than this are not animated. */
const calmMs = 140;
const stillness = matchMedia("(prefers-reduced-motion: reduce)");

type Rows = Selection<SVGGElement, BarRow, SVGSVGElement, unknown>;

export class BarChart {
  readonly #svg: Selection<SVGSVGElement, unknown, null, undefined>;
  readonly #options: BarChartOptions;
  #width = 0;
  #lastMs = 0;
  #data: BarChartData | undefined;

  constructor(svg: SVGSVGElement, options: BarChartOptions) {
    this.#svg = select(svg);
    this.#options = options;
    this.#svg.attr("class", options.isCompact ? "bars compact" : "bars");
    this.#svg.attr("role", "group").attr("aria-label", options.label);
    if (!options.isCompact) svg.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Draws for another width at once. */
  resize(width: number): void {
    if (width === this.#width) return;
    this.#width = width;
    if (this.#data) this.#draw(this.#data, 0);
  }

  render(data: BarChartData): void {
    const nowMs = performance.now();
    const isCalm = this.#data !== undefined && nowMs - this.#lastMs > calmMs && !stillness.matches;
    this.#lastMs = nowMs;
    this.#data = data;
    if (this.#width > 0) this.#draw(data, isCalm ? moveMs : 0);
  }

  #draw(data: BarChartData, durationMs: number): void {
    const { isCompact = false, onHover, onChoose } = this.#options;
    const rowHeight = rowHeightOf(data.rows.length, isCompact, this.#width);
    const characterWidth = isCompact ? 6.4 : 7.6;
    const longest = Math.max(4, ...data.rows.map(({ label }) => label.length));
    const labelWidth = Math.round(Math.min(isCompact ? 92 : 150, this.#width * 0.3, longest * characterWidth + 6));
    const numberWidth = isCompact ? 50 : data.draws > 0 ? (this.#width < 460 ? 92 : 150) : 66;
    const barWidth = Math.max(20, this.#width - labelWidth - numberWidth - 16);
    const largest = data.axisMost ?? Math.max(...data.rows.map(({ prob, softmax }) => Math.max(prob, softmax)));
    const x = scaleLinear([0, roundUp(largest)], [0, barWidth]);
    const height = data.rows.length * rowHeight + (data.rest ? rowHeight + 8 : 0) + 4;
    this.#svg.attr("viewBox", `0 0 ${this.#width} ${height}`).attr("width", this.#width).attr("height", height);
    const barTop = rowHeight > 30 ? 6 : rowHeight > 20 ? 4 : 2;
    const barHeight = rowHeight - 2 * barTop;

    const rows = this.#svg
      .selectAll<SVGGElement, BarRow>("g.row")
      .data([...data.rows], ({ tokenId }) => tokenId)
      .join((entering) => {
        const g = entering.append("g").attr("class", "row").attr("role", "img");
        g.append("rect").attr("class", "hit").attr("x", 0);
        g.append("text").attr("class", "name").attr("text-anchor", "end").attr("dominant-baseline", "central");
        g.append("rect").attr("class", "bar").attr("width", 0);
        g.append("rect").attr("class", "ghost").attr("width", 0);
        g.append("line").attr("class", "observed");
        g.append("text").attr("class", "value").attr("dominant-baseline", "central");
        if (!isCompact) {
          g.append("text").attr("class", "counts").attr("text-anchor", "end").attr("dominant-baseline", "central");
        }
        return g;
      })
      .order();
    this.#place(rows, rowHeight, durationMs);
    rows
      .classed("cut", ({ isKept }) => !isKept)
      .attr("data-token-id", ({ tokenId }) => tokenId)
      .attr("data-prob", ({ prob }) => String(prob))
      .attr("data-count", ({ count: n }) => (n === undefined ? null : n))
      .attr("aria-label", (row) => describe(row, data.draws));
    if (!isCompact) rows.attr("tabindex", (_, i) => (i === 0 ? 0 : -1));
    rows.select("rect.hit").attr("width", this.#width).attr("height", rowHeight);
    rows
      .select("text.name")
      .attr("x", labelWidth)
      .attr("y", rowHeight / 2)
      .text(({ label }) => shorten(label, labelWidth / characterWidth));
    for (const [name, of] of [
      ["ghost", ({ softmax }: BarRow) => x(softmax)],
      ["bar", ({ prob }: BarRow) => x(prob)],
    ] as const) {
      const bars = rows.select<SVGRectElement>(`rect.${name}`);
      bars
        .attr("x", labelWidth + 8)
        .attr("y", barTop)
        .attr("height", barHeight)
        .attr("rx", 2);
      if (durationMs > 0) bars.transition().duration(durationMs).ease(easeCubicOut).attr("width", of);
      else bars.interrupt().attr("width", of);
    }
    rows
      .select("line.observed")
      .attr("visibility", ({ count: n = 0, prob }) => (data.draws > 0 && n + prob > 0 ? "visible" : "hidden"))
      .attr("y1", barTop - 2)
      .attr("y2", barTop + barHeight + 2)
      .attr("x1", (row) => labelWidth + 8 + x(shareOf(row, data.draws)))
      .attr("x2", (row) => labelWidth + 8 + x(shareOf(row, data.draws)));
    const values = rows.select<SVGTextElement>("text.value").attr("y", rowHeight / 2);
    values.text(({ prob, isKept }) => (isKept ? percent(prob) : "cut"));
    const place = (row: BarRow): number =>
      labelWidth + 14 + x(Math.max(row.prob, row.softmax, shareOf(row, data.draws)));
    if (durationMs > 0) values.transition().duration(durationMs).ease(easeCubicOut).attr("x", place);
    else values.interrupt().attr("x", place);
    rows
      .select("text.counts")
      .attr("x", this.#width - 2)
      .attr("y", rowHeight / 2)
      .text(({ count: n = 0, expected = 0 }) =>
        data.draws === 0
          ? ""
          : this.#width < 460
            ? count(n)
            : `${count(n)} / ${expected.toFixed(expected < 100 ? 1 : 0)}`,
      );
    if (onHover) {
      rows
        .on("pointerenter focus", function (_, row) {
          onHover(row, this);
        })
        .on("pointerleave blur", () => onHover(undefined, undefined));
    }
    if (onChoose) rows.on("click", (_, row) => onChoose(row));
    this.#drawRest(data, rowHeight, labelWidth);
  }

  #place(rows: Rows, rowHeight: number, durationMs: number): void {
    const at = (_: BarRow, i: number): string => `translate(0,${i * rowHeight})`;
    rows.filter(":not([transform])").attr("transform", at);
    if (durationMs > 0) rows.transition("place").duration(durationMs).ease(easeCubicOut).attr("transform", at);
    else rows.interrupt("place").attr("transform", at);
  }

  #drawRest({ rest, rows }: BarChartData, rowHeight: number, labelWidth: number): void {
    const y = rows.length * rowHeight + 8;
    const text = rest && `${count(rest.count)} further tokens, together ${percent(rest.prob)}`;
    this.#svg
      .selectAll<SVGTextElement, string>("text.rest")
      .data(text === undefined ? [] : [text])
      .join((entering) => entering.append("text").attr("class", "rest").attr("dominant-baseline", "central"))
      .attr("x", labelWidth + 8)
      .attr("y", y + rowHeight / 2)
      .attr("data-prob", rest ? String(rest.prob) : null)
      .text((line) => line);
  }

  #onKey(event: KeyboardEvent): void {
    const rows = [...this.#svg.node()!.querySelectorAll<SVGGElement>("g.row")];
    const at = rows.indexOf(document.activeElement as unknown as SVGGElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    const chosen = rows[to ?? -1];
    if (at < 0 || !chosen) return;
    event.preventDefault();
    for (const row of rows) row.setAttribute("tabindex", row === chosen ? "0" : "-1");
    chosen.focus();
  }
}

/** Few tokens get more room. */
function rowHeightOf(rows: number, isCompact: boolean, width: number): number {
  if (rows > 10) return isCompact ? 17 : 26;
  if (isCompact) return 22;
  return width < 460 ? 28 : 38;
}

function shareOf({ count: n = 0 }: BarRow, draws: number): number {
  return draws === 0 ? 0 : n / draws;
}

function describe(
  { label, prob, isKept, softmax, logit, rank, count: n, expected = 0 }: BarRow,
  draws: number,
): string {
  const shown = isKept ? percent(prob) : "cut";
  const drawnText = n === undefined ? "" : `, drawn ${n} of ${draws}, expected ${expected.toFixed(1)}`;
  return `${label}: ${shown}, softmax ${percent(softmax)}, logit ${decimal(logit)}, rank ${rank}${drawnText}`;
}

/** The next of 0.01, 0.02, 0.05, 0.1 …: the axis stays put while bars move a little. */
function roundUp(largest: number): number {
  for (const power of [0.001, 0.01, 0.1]) {
    for (const step of [1, 2, 4, 6, 8]) if (largest <= step * power) return step * power;
  }
  return 1;
}

function shorten(text: string, characters: number): string {
  const most = Math.max(4, Math.floor(characters));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

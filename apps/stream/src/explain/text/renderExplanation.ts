/** The walk-through as text: one section per stage, each a table with bars. */
import { oneLine } from "@tokenmill/check";
import type { DrawCounts, Explanation, ShownProbs } from "../explanation/explanation.ts";
import { bar } from "./bar.ts";
import { renderChain } from "./renderChain.ts";
import { formatProb, type GridColumn, probGrid } from "./probGrid.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { truncate, visible } from "../tokens/tokenText.ts";

export interface RenderOptions {
  /** Columns of the terminal, at least 40. */
  readonly width: number;
  readonly style: Style;
  /** Text of the user's settings, heading of their section. Absent: `your settings`. */
  readonly settings?: string;
  /** A line under that heading. Absent: none. */
  readonly note?: string;
}

/** Renders an explanation; ends in a newline. */
export function renderExplanation(explanation: Explanation, options: RenderOptions): string {
  const { width, style } = options;
  const names = tokenNames(explanation);
  const sections: { heading: string; lines: readonly string[] }[] = [
    {
      heading: "logits → softmax: exp(logit), divided by the sum of all",
      lines: softmaxLines(explanation, names, options),
    },
    {
      heading: "temperature T: logits / T before the softmax; low sharpens, high flattens",
      lines: grid(explanation.temperature, ({ temperature }) => `T = ${temperature}`),
    },
    {
      heading: "top-k: the k most probable stay, their probabilities are scaled to sum to 1",
      lines: grid(explanation.topK, ({ topK }) => `k = ${topK}`),
    },
    {
      heading: "top-p: the fewest most probable that together reach p stay",
      lines: grid(explanation.topP, ({ topP }) => `p = ${topP}`),
    },
  ];
  if (explanation.chain) {
    const note = options.note === undefined ? [] : [style.faint(`  ${options.note}`)];
    const lines = [...note, ...renderChain(explanation.chain, names, options)];
    sections.push({ heading: options.settings ?? "your settings", lines });
  }
  sections.push({ heading: drawsHeading(explanation), lines: drawLines(explanation.draws, names, options) });
  return `${titleOf(explanation)}\n${sections
    .map(({ heading, lines }, i) => `\n${style.heading(`${i + 1}. ${heading}`)}\n${lines.join("\n")}\n`)
    .join("")}`;

  function grid<Step extends ShownProbs>(steps: readonly Step[], header: (step: Step) => string): string[] {
    return probGrid(
      names,
      steps.map((step): GridColumn => ({ header: header(step), probs: withRest(step) })),
      width,
      style,
    );
  }
}

/** Names as shown, at most a fifth of the width; the last stands for all tokens that are not shown. */
function tokenNames({ tokens, rest }: Explanation): string[] {
  const names = tokens.map(({ token }) => truncate(visible(token), 16));
  return rest ? [...names, `… ${rest.count.toLocaleString("en")} more`] : names;
}

function withRest({ probs, restProb }: ShownProbs): readonly number[] {
  return restProb === undefined ? probs : [...probs, restProb];
}

function titleOf({ prompt, tokens, rest }: Explanation): string {
  const count = (tokens.length + (rest?.count ?? 0)).toLocaleString("en");
  return `${prompt === undefined ? "A row" : `“${oneLine(prompt)}”`}: ${count} ${count === "1" ? "token" : "tokens"}`;
}

function softmaxLines(
  { tokens, softmax, rest }: Explanation,
  names: readonly string[],
  { width, style }: RenderOptions,
): string[] {
  const probs = rest ? [...softmax, rest.prob] : softmax;
  const largest = Math.max(...probs);
  const columns = [
    { header: "token", cells: names },
    { header: "id", align: "right" as const, cells: tokens.map(({ tokenId }) => String(tokenId)) },
    { header: "logit", align: "right" as const, cells: tokens.map(({ logit }) => formatLogit(logit)) },
    { header: "prob", align: "right" as const, cells: probs.map(formatProb) },
  ];
  const used = table(columns, String)[0]!.length;
  const barWidth = Math.max(8, Math.min(48, width - used - 4));
  const bars = { header: "", cells: probs.map((prob) => bar(prob / largest, barWidth)), style: style.bar };
  return table([...columns, bars], style.faint).map((line) => `  ${line}`);
}

function formatLogit(logit: number): string {
  if (logit === -Infinity) return "-∞";
  return Math.abs(logit) >= 1e6 ? logit.toExponential(2) : logit.toFixed(2);
}

function drawsHeading({ draws, chain }: Explanation): string {
  const from = chain ? "your settings" : "the softmax";
  return `${draws.count.toLocaleString("en")} draws from ${from}, seed ${draws.seed}`;
}

function drawLines(draws: DrawCounts, names: readonly string[], { width, style }: RenderOptions): string[] {
  const counts = draws.rest ? [...draws.counts, draws.rest.count] : draws.counts;
  const expected = draws.rest ? [...draws.expected, draws.rest.expected] : draws.expected;
  const largest = Math.max(...counts, ...expected);
  const columns = [
    { header: "token", cells: names },
    { header: "count", align: "right" as const, cells: counts.map((count) => (count === 0 ? "·" : String(count))) },
    { header: "expected", align: "right" as const, cells: expected.map((x) => (x === 0 ? "·" : x.toFixed(1))) },
    {
      header: "difference",
      align: "right" as const,
      cells: counts.map((count, i) => formatDifference(count, expected[i]!)),
    },
  ];
  const used = table(columns, String)[0]!.length;
  const barWidth = Math.max(8, Math.min(48, width - used - 4));
  const bars = { header: "", cells: counts.map((count) => bar(count / largest, barWidth)), style: style.bar };
  return [...table([...columns, bars], style.faint).map((line) => `  ${line}`), `  ${fitLine(draws)}`];
}

function formatDifference(count: number, expected: number): string {
  if (expected === 0) return count === 0 ? "" : "!";
  const difference = count - expected;
  return `${difference < 0 ? "-" : "+"}${Math.abs(difference).toFixed(1)}`;
}

function fitLine({ statistic, degreesOfFreedom, pValue }: DrawCounts): string {
  if (degreesOfFreedom === 0 && pValue === 1) return "G-test: nothing to test, all draws are of one cell";
  const p = pValue < 0.0001 ? pValue.toExponential(1) : pValue.toFixed(4);
  return `G-test: G = ${statistic.toFixed(3)}, degrees of freedom ${degreesOfFreedom}, p = ${p}`;
}

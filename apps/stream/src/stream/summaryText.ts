/** The closing summary in words. */
import type { RunSummary } from "./runSummary.ts";

export function summaryText(summary: RunSummary): string {
  const { finishReasons, failed, cancelled, tokens, elapsedMs, tokensPerSecond, itlMs, ttftMs, workers, source } =
    summary;
  const ends = [
    finishReasons.length > 0 && `${count(finishReasons.length)} length`,
    finishReasons.stop > 0 && `${count(finishReasons.stop)} stop`,
    finishReasons.repetition > 0 && `${count(finishReasons.repetition)} repetition`,
    failed > 0 && `${count(failed)} failed`,
    cancelled > 0 && `${count(cancelled)} interrupted`,
  ].filter(Boolean);
  const rows: [string, string][] = [
    ["sequences", `${count(summary.sequences)}${ends.length > 0 ? ` (${ends.join(", ")})` : ""}`],
    ["tokens", `${count(tokens)} in ${(elapsedMs / 1000).toFixed(2)} s, ${count(tokensPerSecond)} tokens/s`],
  ];
  const { takenBack } = summary;
  const takenBackTokens = `${count(takenBack)} ${takenBack === 1 ? "token" : "tokens"} more, for banned texts`;
  if (takenBack > 0) rows.push(["taken back", takenBackTokens]);
  if (itlMs) rows.push(["between tokens", `p50 ${ms(itlMs.p50)}, p99 ${ms(itlMs.p99)}`]);
  if (ttftMs) rows.push(["first token", `p50 ${ms(ttftMs.p50)}, p99 ${ms(ttftMs.p99)}`]);
  rows.push(["source", `${source}, ${count(summary.vocabSize)} tokens, ${workersText(workers)}`]);
  rows.push(["repeat with", `--seed ${summary.seed}`]);
  return `${rows.map(([name, text]) => `${name.padEnd(15)}${text}`).join("\n")}\n`;
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

export function workersText(workers: number): string {
  if (workers === 0) return "no workers";
  return workers === 1 ? "1 worker" : `${count(workers)} workers`;
}

function ms(value: number): string {
  return `${value.toPrecision(3)} ms`;
}

/** The user's chain as text: per stage what it keeps, its entropy, what it removes, and the probabilities after it. */
import { samplerReferences } from "@tokenmill/core";
import { isSamplerName } from "@tokenmill/core/internal";
import type { ChainStep } from "../explanation/explanation.ts";
import { probGrid } from "./probGrid.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { displayWidth } from "../tokens/tokenText.ts";

/** Lines of the section. `names`: of the shown tokens, and one more for the rest if there is any. */
export function renderChain(
  chain: readonly ChainStep[],
  names: readonly string[],
  { width, style }: { readonly width: number; readonly style: Style },
): string[] {
  const number = "right" as const;
  const summary = table(
    [
      { header: "stage", cells: chain.map(({ stage }) => stage) },
      { header: "kept", align: number, cells: chain.map(({ keptCount }) => keptCount.toLocaleString("en")) },
      { header: "mass", align: number, cells: chain.map(({ keptMass }) => keptMass.toFixed(4)) },
      { header: "nats", align: number, cells: chain.map(({ entropy }) => entropy.toFixed(3)) },
      { header: "bits", align: number, cells: chain.map(({ entropy }) => (entropy / Math.LN2).toFixed(3)) },
      { header: "", cells: chain.map(({ stage }) => descriptionOf(stage)) },
    ],
    style.faint,
  );
  const removals = chain.flatMap((step, i) => {
    const line = i === 0 ? undefined : removalLine(chain[i - 1]!, step, names, width);
    return line === undefined ? [] : [line];
  });
  const columns = chain.map((step) => ({
    header: step.stage,
    probs: step.restProb === undefined ? step.probs : [...step.probs, step.restProb],
  }));
  return [
    ...summary.map((line) => `  ${line}`),
    ...removals.map((line) => `  ${line}`),
    "",
    ...probGrid(names, columns, width, style),
  ];
}

function descriptionOf(stage: string): string {
  if (stage.startsWith("custom:")) return "a stage of your own";
  if (stage === "grammar") return "what the form of the output allows";
  return isSamplerName(stage) ? samplerReferences[stage].description : "the row as it came";
}

/** `topK removes gloomy, wonderful and 50,234 more`; undefined if it removes nothing. */
function removalLine(before: ChainStep, after: ChainStep, names: readonly string[], width: number): string | undefined {
  const count = before.keptCount - after.keptCount;
  if (count === 0) return undefined;
  const removed = names.filter((_, i) => (before.probs[i] ?? 0) > 0 && after.probs[i] === 0);
  let line = `${after.stage} removes`;
  let named = 0;
  for (const name of removed) {
    const longer = `${line}${named === 0 ? " " : ", "}${name}`;
    if (displayWidth(longer) > width - 20) break;
    line = longer;
    named++;
  }
  const others = (count - named).toLocaleString("en");
  if (named === 0) return `${line} ${others} ${count === 1 ? "token" : "tokens"}`;
  return named === count ? line : `${line} and ${others} more`;
}

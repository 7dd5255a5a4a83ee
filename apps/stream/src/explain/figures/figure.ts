/** The figures of the walk-through as data: panels of bars, one panel per setting. */
import type { Explanation } from "../explanation/explanation.ts";
import { truncate, visible } from "../tokens/tokenText.ts";

interface Panel {
  readonly title: string;
  readonly probs: readonly number[];
}

export interface Figure {
  /** Of its files. */
  readonly name: "temperature" | "top-k" | "top-p";
  readonly title: string;
  readonly subtitle: readonly string[];
  /** Names of the bars, top to bottom. */
  readonly tokens: readonly string[];
  /** The softmax at temperature 1, drawn grey behind every panel. */
  readonly softmax: readonly number[];
  readonly panels: readonly Panel[];
}

const longestName = 14;

/** The three figures, from the numbers of the explanation alone. */
export function figuresOf(explanation: Explanation): Figure[] {
  const { prompt, tokens, softmax, temperature, topK, topP, rest } = explanation;
  const names = distinct(tokens.map(({ token }) => truncate(visible(token), longestName)));
  const row = prompt === undefined ? [] : [truncate(prompt, 90)];
  const hidden = rest
    ? [`${rest.count.toLocaleString("en")} further tokens, together ${rest.prob.toFixed(4)}, are not shown`]
    : [];
  const common = { tokens: names, softmax };
  return [
    {
      ...common,
      name: "temperature",
      title: "Temperature: logits ÷ T, then softmax",
      subtitle: [...row, "grey: T = 1", ...hidden],
      panels: temperature.map((step) => ({ title: `T = ${step.temperature}`, probs: step.probs })),
    },
    {
      ...common,
      name: "top-k",
      title: "Top-k: the k most probable tokens stay",
      subtitle: [...row, "grey: before the cut", ...hidden],
      panels: topK.map((step) => ({ title: `k = ${step.topK}`, probs: step.probs })),
    },
    {
      ...common,
      name: "top-p",
      title: "Top-p: the fewest tokens that together reach p stay",
      subtitle: [...row, "grey: before the cut", ...hidden],
      panels: topP.map((step) => ({ title: `p = ${step.topP}`, probs: step.probs })),
    },
  ];
}

/** Bars need names of their own: equal ones get their number. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

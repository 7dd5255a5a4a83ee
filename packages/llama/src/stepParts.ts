/**
 * How a step is handed to llama.cpp where rows must not depend on who shares it. Attention adds up what it keeps in the order of its
 * cells and, for a single token on several threads, in parts whose ends depend on how many cells there are (v0.5.0): so each
 * sequence has cells of its own (`kv_unified: false`), every decode takes as many tokens of each of its sequences, and a
 * single token is computed with another behind it, which is forgotten.
 */
import type { StepItem } from "@tokenmill/contracts";

/** Single tokens together, in order of their slots, as such sequences share a batch; each chunk by itself. */
export function stableParts(items: readonly StepItem[]): readonly (readonly StepItem[])[] {
  const singles = items.filter(({ tokenIds }) => tokenIds.length === 1).sort((a, b) => a.slot - b.slot);
  const chunks = items.filter(({ tokenIds }) => tokenIds.length > 1).map((item) => [item]);
  return singles.length === 0 ? chunks : [singles, ...chunks];
}

/** The token twice; its row is that of the first. */
export function padded({ slot, position, tokenIds, rows }: StepItem): StepItem {
  return { slot, position, tokenIds: Int32Array.of(tokenIds[0]!, tokenIds[0]!), rows };
}

/** How much a cluster answers at a time. */
import type { NodeReport } from "../presence/presence.ts";

export function placesOf(reports: readonly NodeReport[]): { readonly nodes: number; readonly places: number } {
  const nodes = reports.filter(({ state, capacity }) => state === "serving" && capacity > 0);
  return { nodes: nodes.length, places: nodes.reduce((sum, { capacity }) => sum + capacity, 0) };
}

/** @tokenmill/explain: one walk through a chain, and draws against their law, for terminal, figures and page. */
export type { Before } from "./before.ts";
export { countDraws, type CountedDraws } from "./countDraws.ts";
export { drawTokens } from "./drawTokens.ts";
export { expectedCounts } from "./expectedCounts.ts";
export { type GTest, gTest } from "./gTest.ts";
export { entropyOf, type WalkStep, walkChain } from "./walkChain.ts";

/** What `tokenmill stream` does without prompts: enough to see what the machine can do, in well under 20 s. */
import type { RequestDefaults } from "./requestItems.ts";

/** Beginnings that the embedded model's corpus knows how to go on from. */
const prompts: readonly string[] = [
  "Call me Ishmael.",
  "The whale rose from the sea",
  "My fellow Americans, tonight",
  "The state of our Union is",
  "We must build an economy that",
  "Aye, said the old captain,",
  "In the year of our Lord",
  "The people of the United States",
];

export const defaultJob: {
  readonly prompts: readonly string[];
  readonly count: number;
  readonly request: RequestDefaults;
} = {
  prompts,
  count: 64,
  request: { temperature: 0.8, topP: 0.95, maxTokens: 96 },
};

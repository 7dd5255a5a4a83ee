/** The article's figures as sets of settings. */
import type { Settings } from "../../params/settings.ts";

export const figures: readonly { readonly label: string; readonly settings: readonly Settings[] }[] = [
  { label: "Temperature", settings: [0.1, 0.5, 1, 3, 10].map((temperature) => ({ temperature })) },
  { label: "Top-k", settings: [1, 2, 3, 4, 5, 6].map((topK) => ({ topK })) },
  { label: "Top-p", settings: [0.3, 0.5, 0.7, 0.9, 1].map((topP) => ({ topP })) },
];

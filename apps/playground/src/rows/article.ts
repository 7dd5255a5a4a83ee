/** The row that the article walks through, the page's default. */
import type { Row } from "./row.ts";

const logits: Readonly<Record<string, number>> = {
  wonderful: 1.2,
  cloudy: 2.0,
  nice: 3.5,
  hot: 3.0,
  gloomy: 1.8,
  delicious: 1.0,
};
const names = Object.keys(logits);

export const articleRow: Row = {
  prompt: "Today's weather is so ___",
  logits: Float32Array.from(Object.values(logits)),
  tokenText: (tokenId) => names[tokenId] ?? `#${tokenId}`,
  promptTokenIds: [],
};

export const articleJson: string = JSON.stringify(logits);

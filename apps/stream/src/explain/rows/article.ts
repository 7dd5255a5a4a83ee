/** The row and the settings that our source article walks through. */

/** The text before the token that is sampled. */
export const articlePrompt = "Today's weather is so ___";

/** Its logits, in the article's order. */
export const articleLogits: Readonly<Record<string, number>> = {
  wonderful: 1.2,
  cloudy: 2.0,
  nice: 3.5,
  hot: 3.0,
  gloomy: 1.8,
  delicious: 1.0,
};

export const walkTemperatures: readonly number[] = [0.1, 0.5, 1, 3, 10];
export const walkTopPs: readonly number[] = [0.3, 0.5, 0.7, 0.9, 1];

/** Every k of a small row; eight of them, roughly doubling, of a large one. */
export function walkTopKs(vocabSize: number): number[] {
  if (vocabSize <= 8) return Array.from({ length: vocabSize }, (_, i) => i + 1);
  return [1, 2, 3, 5, 10, 20, 50, 100].filter((k) => k <= vocabSize);
}

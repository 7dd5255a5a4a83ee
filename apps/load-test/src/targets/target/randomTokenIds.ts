/** Made-up prompts as token ids. */
import { Random } from "../../random/random.ts";

export function randomTokenIds(seed: number, index: number, count: number, vocabSize: number): number[] {
  const random = new Random(seed, "prompt", index);
  return Array.from({ length: count }, () => random.below(vocabSize));
}

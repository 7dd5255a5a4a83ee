/** Made-up prompts: common short words, about one token each in the usual vocabularies. */
import { Random } from "../../random/random.ts";

const words =
  "the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many".split(
    " ",
  );

export function promptText(seed: number, index: number, wordCount: number): string {
  const random = new Random(seed, "prompt", index);
  return Array.from({ length: wordCount }, () => words[random.below(words.length)]!).join(" ");
}

/** All texts over few letters. */

/** Every text of the letters up to the length. */
export function textsOf(letters: readonly string[], length: number): string[] {
  const texts = [""];
  for (const text of texts) if (text.length < length) texts.push(...letters.map((letter) => text + letter));
  return texts;
}

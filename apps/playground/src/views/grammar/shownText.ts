/** A token as it can be seen: blanks and line ends by their signs. */
export function shownText(texts: readonly string[], tokenId: number): string {
  const text = texts[tokenId] ?? `#${tokenId}`;
  if (text === "") return `#${tokenId}`;
  return text
    .replaceAll("\n", "⏎")
    .replaceAll("\t", "⇥")
    .replaceAll(/^ +| +$/g, (blanks) => "␣".repeat(blanks.length));
}

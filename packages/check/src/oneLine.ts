/** Text of others, made fit for a line of a terminal or a log. */

/** Line breaks become `⏎`, other control characters (escape sequences of a name or a prompt) `·`. */
export function oneLine(text: string): string {
  return text.replace(/\r?\n|\r/g, "⏎").replace(/[\p{Cc}\u2028\u2029]/gu, "·");
}

/** The same for text of several lines, whose line feeds stay. */
export function plainLines(text: string): string {
  return text
    .split("\n")
    .map((line) => oneLine(line.replace(/\r$/, "").replaceAll("\t", "  ")))
    .join("\n");
}

/** Text for one line of a terminal or a log. */

/** Line breaks become `⏎`, other control characters (a prompt may hold escape sequences) `·`. */
export function oneLine(text: string): string {
  return text.replace(/\r?\n|\r/g, "⏎").replace(/[\p{Cc}\u2028\u2029]/gu, "·");
}

/** The first characters, `…` in place of the rest. */
export function head(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** The last characters, `…` in place of the rest. */
export function tail(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(text.length - most + 1).replace(/^[\uDC00-\uDFFF]/, "")}`;
}

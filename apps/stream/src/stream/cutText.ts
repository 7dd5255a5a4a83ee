/** Text cut to a number of characters. */

/** The first characters, `…` in place of the rest. */
export function head(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** The last characters, `…` in place of the rest. */
export function tail(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(text.length - most + 1).replace(/^[\uDC00-\uDFFF]/, "")}`;
}

/** Text whose spaces and control characters can be seen. */
const escapes: Readonly<Record<string, string>> = { " ": "␣", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

export function visible(text: string): string {
  return text.replace(/[\p{C}\p{Z}]/gu, (c) => escapes[c] ?? `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

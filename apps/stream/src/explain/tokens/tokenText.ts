/** How a token's bytes become text, and how text is shown so that nothing in it is invisible. */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a token; bytes that are no whole UTF-8 characters as `\xE2\x80`. */
export function tokenText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) =>
      byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join("");
  }
}

const escapes: Readonly<Record<string, string>> = { " ": "␣", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text with spaces as `␣` and control, format and separator characters as escapes. */
export function visible(text: string): string {
  return text.replace(/[\p{C}\p{Z}]/gu, (c) => escapes[c] ?? `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** Columns that visible text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Text cut to at most `width` columns, the last of them `…`. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    if (displayWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The tokens before the row, as the user names them: by text, or by id as `#12`. */
import type { Row } from "../rows/row.ts";

/** Names are separated by commas; a name that no token has is an error. */
export function parseHistory(text: string, row: Row): { ids: readonly number[]; error: string } {
  const ids: number[] = [];
  for (const part of text.split(",")) {
    const name = part.trim();
    if (name === "") continue;
    const id = idOf(name, row);
    if (id === undefined)
      return { ids: [], error: `"history" expected tokens of the row, got ${JSON.stringify(name)}` };
    ids.push(id);
  }
  return { ids, error: "" };
}

function idOf(name: string, { logits, tokenText }: Row): number | undefined {
  const byNumber = /^#(\d+)$/.exec(name)?.[1];
  if (byNumber !== undefined && Number(byNumber) < logits.length) return Number(byNumber);
  for (let id = 0; id < logits.length; id++) if (tokenText(id).trim() === name) return id;
  return undefined;
}

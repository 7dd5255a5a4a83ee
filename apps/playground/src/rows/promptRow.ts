/** The embedded model's row after a prompt, from the server that serves the page. */
import type { Row } from "./row.ts";
import { ask } from "../server/api.ts";

let vocabulary: Promise<readonly string[]> | undefined;

/** Texts of the server's tokens, read once. */
export async function readVocabulary(): Promise<readonly string[]> {
  vocabulary ??= ask("v1/vocabulary").then(async (response) => (await response.json()) as string[]);
  try {
    return await vocabulary;
  } catch (error) {
    vocabulary = undefined;
    throw error;
  }
}

/** Why the prompt's tokens, which penalties see, are not there: the server says so where it leaves them out. */
function untold({ headers }: Response): string {
  const count = headers.get("x-tokenmill-prompt-tokens");
  if (count !== null)
    return `the prompt is too long for this view: its ${count} tokens, which penalties see, are more than are told`;
  return "the prompt's tokens, which penalties see, were not passed on: a proxy or the browser held back headers";
}

/** The row after a text, or after tokens. @throws Error if there is no server, or if it refuses. */
export async function modelRow(prompt: string | readonly number[]): Promise<Omit<Row, "prompt">> {
  const body = JSON.stringify({ prompt });
  const headers = { "content-type": "application/json" };
  const [texts, response] = await Promise.all([readVocabulary(), ask("v1/logits", { method: "POST", headers, body })]);
  const bytes = await response.arrayBuffer();
  const logits = new Float32Array(bytes);
  if (logits.length !== texts.length) {
    // of a server that serves another model by now
    vocabulary = undefined;
    throw new Error(`the server's row expected ${texts.length} logits, got ${logits.length}`);
  }
  const ids = response.headers.get("x-tokenmill-prompt-token-ids");
  if (ids === null) throw new Error(untold(response));
  const promptTokenIds = ids === "" ? [] : ids.split(",").map(Number);
  return { logits, tokenText: (tokenId) => texts[tokenId] ?? `#${tokenId}`, promptTokenIds };
}

export async function promptRow(prompt: string): Promise<Row> {
  return { prompt, ...(await modelRow(prompt)) };
}

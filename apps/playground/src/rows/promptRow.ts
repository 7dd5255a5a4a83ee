/** The model's row after a prompt, from the server that serves the page. */
import type { Row } from "./row.ts";
import { ask } from "../server/api.ts";

interface Model {
  readonly name: string | undefined;
  /** Of its tokens. */
  readonly texts: readonly string[];
}

let model: Promise<Model> | undefined;

/** The server's model, read once. */
export async function readModel(): Promise<Model> {
  model ??= Promise.all([json<string[]>("v1/vocabulary"), json<{ data: { id: string }[] }>("v1/models")]).then(
    ([texts, { data }]) => ({ name: data[0]?.id, texts }),
  );
  try {
    return await model;
  } catch (error) {
    model = undefined;
    throw error;
  }
}

async function json<T>(path: string): Promise<T> {
  return (await (await ask(path)).json()) as T;
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
  const [{ name, texts }, response] = await Promise.all([
    readModel(),
    ask("v1/logits", { method: "POST", headers, body }),
  ]);
  const bytes = await response.arrayBuffer();
  const logits = new Float32Array(bytes);
  if (logits.length !== texts.length) {
    // of a server that serves another model by now
    model = undefined;
    throw new Error(`the server's row expected ${texts.length} logits, got ${logits.length}`);
  }
  const ids = response.headers.get("x-tokenmill-prompt-token-ids");
  if (ids === null) throw new Error(untold(response));
  const promptTokenIds = ids === "" ? [] : ids.split(",").map(Number);
  const tokenText = (tokenId: number): string => texts[tokenId] ?? `#${tokenId}`;
  return { model: name, logits, tokenText, promptTokenIds };
}

export async function promptRow(prompt: string): Promise<Row> {
  return { prompt, ...(await modelRow(prompt)) };
}

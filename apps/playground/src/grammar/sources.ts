/** Where rows come from: the model of the server that serves the page, or without one, characters that are all as likely. */
import { messageOf } from "@tokenmill/check";
import { modelRow, readModel } from "../rows/promptRow.ts";

export interface RowSource {
  readonly texts: readonly string[];
  /** Ids of the prompt's tokens; none where there is no model. */
  promptIds(prompt: string): Promise<readonly number[]>;
  logits(tokenIds: readonly number[]): Promise<Float32Array>;
  /** Why no model answers; undefined where one does. */
  readonly absence: string | undefined;
}

const characters: readonly string[] = [
  ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i)),
  "\n",
  "<end>",
];

export async function openSource(): Promise<RowSource> {
  let texts: readonly string[];
  try {
    ({ texts } = await readModel());
  } catch (error) {
    const flat = new Float32Array(characters.length);
    return { texts: characters, absence: messageOf(error), promptIds: async () => [], logits: async () => flat };
  }
  return {
    texts,
    absence: undefined,
    promptIds: async (prompt) => (await modelRow(prompt)).promptTokenIds,
    logits: async (tokenIds) => (await modelRow(tokenIds)).logits,
  };
}

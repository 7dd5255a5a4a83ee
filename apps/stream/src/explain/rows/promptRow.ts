/** The embedded model's row after a prompt, written by the same worker module that generation uses. */
import { createResult, SampleError } from "@tokenmill/core";
import { createEmbeddedModel, type EmbeddedModelOptions } from "@tokenmill/embedded-model";
import { createPool } from "@tokenmill/worker-pool";
import { tokenText } from "../text/tokenText.ts";
import type { ExplainRow } from "./row.ts";

/** Writes one row on the calling thread. @throws Error if the model's files cannot be read or the source fails. */
export async function promptRow(prompt: string, modelOptions: EmbeddedModelOptions = {}): Promise<ExplainRow> {
  const source = await createEmbeddedModel(modelOptions);
  const { tokenizer } = source;
  const history = tokenizer.encode(prompt, { special: true, isPrompt: true });
  const pool = await createPool({ source, workers: 0, slots: 1, arenaBytes: 65536 + 8 * history.length });
  try {
    const slot = pool.acquire();
    const plan = pool.compile({});
    const opened = pool.openHistory(history, history.length + 1);
    if (opened === undefined) throw new Error("the pool has no room for the prompt");
    pool.submit(slot, { plan, history: opened, seed: 0n, sequenceId: 0n, position: 0, writeRow: true });
    pool.flush();
    await pool.completed();
    const result = createResult(pool.maxLogprobs);
    pool.readResult(slot, result);
    if (result.status !== "ok") throw new SampleError(result.status, result.message);
    return {
      prompt,
      logits: pool.row(slot).slice(),
      tokenText: (tokenId) => tokenizer.specialTokens?.get(tokenId) ?? tokenText(tokenizer.tokenBytes(tokenId)),
      history,
      promptLength: history.length,
    };
  } finally {
    await pool.close();
  }
}

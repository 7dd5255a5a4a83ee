/** A source of hashed rows, and rows run through a pool; for tests. */
import { createResult, type SamplingParams, type WorkerSource } from "@tokenmill/core";
import type { SamplerPool } from "@tokenmill/worker-pool";

type Fault = "nan" | "infinity" | "masked" | "throw" | "throwNothing" | "promise" | "exit" | "hang" | "hangOutside";
type FailingStart = "throw" | "throwNull" | "throwFunction" | "throwLater" | "exit" | "noFunction";

export interface HashOptions {
  /** By sequence id. */
  faults?: Record<number, Fault>;
  start?: FailingStart;
}

export function hashSource(options: HashOptions = {}, vocabSize = 300): WorkerSource {
  const worker = { moduleUrl: new URL("./hashRows.mjs", import.meta.url).href, options };
  return { kind: "worker", name: "hash", vocabSize, dtype: "f32", tablesBytes: 0, worker };
}

/** Penalties, a bias and log-probabilities: rows are patched in place and read a second time. */
export const patchingParams: SamplingParams = {
  temperature: 0.8,
  topP: 0.9,
  repetitionPenalty: 1.2,
  presencePenalty: 0.3,
  logitBias: { 3: 1, 5: -2 },
  logprobs: 2,
};

/** What a row gave, as text: status, token, log-probability; or status and message. */
export type Outcome = string;

/** Runs a row of each sequence, as many at a time as there are slots; outcomes by sequence. */
export async function runRows(
  pool: SamplerPool,
  count: number,
  params: SamplingParams | ((sequence: number) => SamplingParams) = patchingParams,
): Promise<Outcome[]> {
  const paramsOf = typeof params === "function" ? params : () => params;
  const plans = Array.from({ length: count }, (_, sequence) => pool.compile(paramsOf(sequence)));
  const prompt = Array.from({ length: 40 }, (_, i) => (i * i * 7) % pool.vocabSize);
  const history = pool.openHistory(prompt, prompt.length)!;
  const outcomes = new Array<Outcome>(count);
  const bySlot = new Map<number, number>();
  const result = createResult(pool.maxLogprobs);
  let next = 0;
  while (next < count || bySlot.size > 0) {
    for (let slot = next < count ? pool.acquire() : -1; slot >= 0; slot = next < count ? pool.acquire() : -1) {
      bySlot.set(slot, next);
      pool.submit(slot, {
        plan: plans[next]!,
        history,
        seed: 5n,
        sequenceId: BigInt(next++),
        position: 0,
        writeRow: true,
      });
    }
    for (const slot of await pool.completed()) {
      const sequence = bySlot.get(slot);
      if (sequence === undefined) throw new Error(`slot ${slot} was reported, but is not in flight`);
      bySlot.delete(slot);
      pool.readResult(slot, result);
      const { status, message, tokenId, logprob, topTokenIds, topCount } = result;
      outcomes[sequence] =
        status === "ok" ? `ok ${tokenId} ${logprob} ${topTokenIds.slice(0, topCount).join()}` : `${status}: ${message}`;
      pool.release(slot);
    }
  }
  for (const plan of plans) plan.release();
  history.release();
  return outcomes;
}

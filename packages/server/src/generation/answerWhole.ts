/** Runs a job to its end and gives the answer as one object. */
import type { TokenEvent, Usage } from "@tokenmill/core";
import { PackedEvents } from "../answers/packedEvents.ts";
import type { ServeContext } from "../context/context.ts";
import type { Client } from "../limits/client.ts";
import { claimHeld, heldBytes } from "../sequences/heldBytes.ts";
import type { Job, Output } from "../openai/job.ts";
import { SequenceGroup } from "../sequences/sequenceGroup.ts";

/** A finished output, with what ranks it. */
interface PackedOutput extends Output {
  readonly events: PackedEvents;
}

/**
 * The answer as a value of `jsonPieces`; undefined if the client left. Its memory is released when its last byte has left.
 * @param atEnd calls what it is given when the answer has been sent, or its client has left
 * @throws what opening a sequence throws, and the error of the first that fails
 */
export async function answerWhole(
  context: ServeContext,
  job: Job,
  client: Client,
  atEnd: (act: () => void) => void,
): Promise<unknown> {
  context.sequences.checkCapacity(client, job.sequences.length);
  const claim = claimHeld(context.quotas.heldBytes, client, mostBytes(job));

  const group = new SequenceGroup();
  const left = new Promise<undefined>((resolve) => {
    atEnd(() => {
      claim.release();
      resolve(undefined);
    });
  });
  try {
    const ends = job.sequences.map(({ request, promptIndex }) => {
      return new Promise<PackedOutput>((resolve, reject) => {
        const events = new PackedEvents();
        const complete = (): void => resolve({ promptIndex, events });
        const next = (event: TokenEvent): void => events.push(event);
        group.add(context.sequences.open(client, request, { next, error: reject, complete }));
      });
    });
    const outputs = await Promise.race([Promise.all(ends), left]);
    return outputs && job.renderer.whole(bestOutputs(outputs, job.n), usageOf(outputs, job.scoresOnly));
  } finally {
    group.cancel();
  }
}

/** Most memory that the answer can take. */
function mostBytes({ sequences }: Job): number {
  return sequences.reduce((sum, { request }) => sum + heldBytes(request), 0);
}

/** The n outputs of each prompt with the highest mean log-probability a token; in order if there are no more than n. */
function bestOutputs(outputs: readonly PackedOutput[], n: number): PackedOutput[] {
  const prompts = [...new Set(outputs.map(({ promptIndex }) => promptIndex))];
  return prompts.flatMap((prompt) => {
    const candidates = outputs.filter(({ promptIndex }) => promptIndex === prompt);
    if (candidates.length <= n) return candidates;
    return candidates.toSorted((a, b) => b.events.meanLogprob - a.events.meanLogprob).slice(0, n);
  });
}

/** Each prompt counts once, every candidate's tokens count. */
function usageOf(outputs: readonly PackedOutput[], scoresOnly: boolean): Usage {
  const usage: Usage = { promptTokens: 0, completionTokens: 0 };
  const seen = new Set<number>();
  for (const { promptIndex, events } of outputs) {
    const own = events.at(-1)?.usage;
    if (!scoresOnly) usage.completionTokens += own?.completionTokens ?? events.length;
    if (!seen.has(promptIndex)) usage.promptTokens += own?.promptTokens ?? 0;
    seen.add(promptIndex);
  }
  return usage;
}

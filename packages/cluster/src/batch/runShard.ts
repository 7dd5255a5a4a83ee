/**
 * One shard on one node, from claim to results. A shard whose nodes went down is answered one request after the other, each
 * noted before it begins: the one that takes its nodes with it gets an error, the others their answers.
 */
import { append } from "../log/append.ts";
import { decode, encode } from "../wire/codec.ts";
import { type PartsContext, readLast } from "./parts.ts";
import type { BatchAnswers } from "@tokenmill/core";
import type { Shard, ShardEntry, ShardWork } from "./shard.ts";
import type { ShardEntries, StoredShardEntry } from "./shardEntries.ts";

/** Lost claims after which a shard's requests are answered one at a time. */
const mostTogether = 2;
/** How often one of these is begun. */
const mostTries = 3;

export interface ShardRun {
  readonly entries: ShardEntries;
  readonly context: PartsContext;
  readonly answers: BatchAnswers;
  readonly work: ShardWork;
  readonly shard: Shard;
  /** Whether the node before lost the shard without being lost itself. */
  readonly isInnocent: () => Promise<boolean>;
}

/** `done`: results stand, this node's or the same by another. `fenced`: the claim is another's. `left`: the node leaves. */
export type ShardOutcome = "done" | "fenced" | "left";

/** @throws ClusterError `cluster_unavailable` */
export async function runShard(run: ShardRun, claim: StoredShardEntry, leaving: AbortSignal): Promise<ShardOutcome> {
  const { entries, answers, work, shard } = run;
  let { seq, entry } = claim;
  let lines: readonly string[];
  if (entry.attempts > mostTogether) {
    const alone = await runAlone(run, claim, leaving);
    if (typeof alone === "string") return alone;
    ({ seq, entry, lines } = alone);
  } else {
    try {
      lines = await Promise.all(shard.items.map((item) => answers.answer(shard.settings, item, leaving)));
    } catch (error) {
      if (!leaving.aborted) throw error;
      // A handover is no lost claim.
      await entries.append(work, { ...entry, attempts: entry.attempts - 1 }, seq);
      return "left";
    }
  }
  const { alone: _alone, ...standing } = entry;
  if ((await entries.finish(work, standing, lines, seq)) !== "conflict") return "done";
  const tail = await entries.tail(work);
  return tail?.entry.lines === undefined ? "fenced" : "done";
}

interface AloneEnd extends StoredShardEntry {
  readonly lines: readonly string[];
}

async function runAlone(
  run: ShardRun,
  claim: StoredShardEntry,
  leaving: AbortSignal,
): Promise<AloneEnd | "fenced" | "left"> {
  const { entries, answers, work, shard } = run;
  let { seq, entry } = claim;
  const begun = entry.alone ?? { at: 0, tries: 0 };
  const lines: string[] = [];
  for (const [at, item] of shard.items.entries()) {
    const known = at < begun.at ? await readLine(run, at) : undefined;
    if (known !== undefined) {
      lines.push(known);
      continue;
    }
    let tries = at === begun.at ? begun.tries : 0;
    if (tries >= mostTries && (await run.isInnocent())) tries = 0;
    const isGivenUp = tries >= mostTries;
    const next: ShardEntry = { ...entry, alone: { at, tries: isGivenUp ? tries : tries + 1 } };
    const appended = await entries.append(work, next, seq);
    if (appended === "conflict") return "fenced";
    ({ seq, entry } = { seq: appended.seq, entry: next });
    try {
      const nodes = mostTogether + mostTries;
      const line = isGivenUp
        ? answers.giveUp(item, `given up: ${nodes} nodes in turn were lost with the request`)
        : await answers.answer(shard.settings, item, leaving);
      await storeLine(run, at, line);
      lines.push(line);
    } catch (error) {
      if (!leaving.aborted) throw error;
      await entries.append(work, { ...entry, attempts: entry.attempts - 1, alone: { at, tries } }, seq);
      return "left";
    }
  }
  return { seq, entry, lines };
}

const subjectOf = ({ context, work }: ShardRun, at: number): string =>
  context.names.partSubject(work.batch, work.key, `alone${at}`);

/** The answer to a request that was answered alone; undefined: it is made again, it is the same. */
async function readLine(run: ShardRun, at: number): Promise<string | undefined> {
  const { jsm, names } = run.context;
  const stored = await readLast(jsm, names.resultStream, subjectOf(run, at));
  return stored && decode<string>(stored.data);
}

async function storeLine(run: ShardRun, at: number, line: string): Promise<void> {
  const payload = encode(line);
  if (payload.length > run.context.maxPayloadBytes()) return;
  await append(run.context.js, subjectOf(run, at), payload, { after: undefined });
}

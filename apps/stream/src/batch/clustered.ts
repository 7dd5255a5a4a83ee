/** A batch that the processes of a cluster answer: this one needs no model. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { loadOptional } from "@tokenmill/check";
import { connectionOf } from "@tokenmill/cli";
import type { ClusterBatches } from "@tokenmill/cluster/internal";
import type { BatchItem } from "@tokenmill/server";
import { isVerified, readResult } from "@tokenmill/server/internal";
import type { BatchFlags } from "./batchFlags.ts";
import type { BatchJob, BatchRunner } from "./batchRunner.ts";

export async function openClustered(flags: BatchFlags, cluster: string): Promise<BatchRunner> {
  const { connectBatches } = await loadOptional(
    '"--cluster"',
    ["@tokenmill/cluster"],
    () => import("@tokenmill/cluster/internal"),
  );
  const batches = await connectBatches(connectionOf({ ...flags, cluster }));
  const origin = batches.identity;
  return {
    origin,
    run: (items, job) => run(batches, batchName(flags, origin), items, job),
    close: () => batches.close(),
  };
}

/** Of one file of results: a command that was killed finds what it has begun. */
function batchName({ output, seed }: BatchFlags, origin: string): string {
  const place = JSON.stringify([hostname(), resolve(output), String(seed), origin]);
  return createHash("sha256").update(place).digest("hex").slice(0, 24);
}

async function* run(
  batches: ClusterBatches,
  batch: string,
  items: AsyncIterable<BatchItem>,
  { seed, createdSeconds, verifiedShare, counts, signal }: BatchJob,
): AsyncGenerator<string> {
  let hasWarned = false;
  const results = batches.answer(items, {
    batch,
    settings: { seed, createdSeconds },
    signal,
    isVerified: (item) => isVerified(item, verifiedShare),
    onVerified(_item, isSame) {
      counts.verified++;
      if (!isSame) counts.differing++;
    },
    onWait(nodes) {
      if (nodes > 0 || hasWarned) return;
      hasWarned = true;
      process.stderr.write("no process of the cluster makes anything: waiting for one\n");
    },
  });
  try {
    for await (const lines of results) {
      for (const line of lines) {
        const { isFailed, tokens } = readResult(line);
        counts.done++;
        counts.tokens += tokens;
        if (isFailed) counts.failed++;
      }
      yield lines.join("");
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

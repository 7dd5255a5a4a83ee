/** A batch that this process answers alone. */
import { randomBytes } from "node:crypto";
import { checkSourceFlags, type Interrupt, modelNameOf, openSource } from "@tokenmill/cli";
import type { LogitsSource } from "@tokenmill/core";
import { type BatchItem, createTokenServer, defaultLimits, type TokenServer } from "@tokenmill/server";
import { inOrder, isVerified, readResult } from "@tokenmill/server/internal";
import type { BatchFlags } from "./batchFlags.ts";
import type { BatchJob, BatchRunner } from "./batchRunner.ts";

const waitMs = 3_600_000;

export async function openLocal(flags: BatchFlags, interrupt: Interrupt): Promise<BatchRunner> {
  checkSourceFlags(flags);
  const source = await interrupt.unlessStopped(openSource(flags));
  // Every GGUF file has the same name.
  const rows = await source.fingerprint?.();
  const server = await startServer(flags, source);
  return {
    origin: [modelNameOf(flags) ?? source.name, ...(rows === undefined ? [] : [rows])].join(" "),
    run: (items, job) => run(server, flags.concurrency, items, job),
    async close() {
      await server.close();
      await source.close?.();
    },
  };
}

async function* run(
  { batches }: TokenServer,
  concurrency: number,
  items: AsyncIterable<BatchItem>,
  { seed, createdSeconds, verifiedShare, counts, signal }: BatchJob,
): AsyncGenerator<string> {
  const answer = async (item: BatchItem, either: AbortSignal): Promise<string | undefined> => {
    const settings = { seed, createdSeconds };
    try {
      const line = await batches.answer(settings, item, either);
      if (isVerified(item, verifiedShare)) {
        counts.verified++;
        if ((await batches.answer(settings, item, either)) !== line) counts.differing++;
      }
      return line;
    } catch (error) {
      if (either.aborted) return undefined;
      throw error;
    }
  };
  for await (const line of inOrder(items, concurrency, signal, answer)) {
    if (line === undefined) return;
    const { isFailed, tokens } = readResult(line);
    counts.done++;
    counts.tokens += tokens;
    if (isFailed) counts.failed++;
    yield line;
  }
}

function startServer(flags: BatchFlags, source: LogitsSource): Promise<TokenServer> {
  return createTokenServer({
    source,
    // It listens, and is for this process alone.
    apiKeys: [randomBytes(24).toString("hex")],
    modelName: modelNameOf(flags),
    workers: flags.workers,
    slots: flags.slots,
    limits: {
      maxBatchRequests: flags.concurrency,
      queueTimeoutMs: waitMs,
      shutdownTimeoutMs: 2000,
      // As servers of a cluster have it by default.
      maxContextTokens: Math.min(defaultLimits.maxContextTokens, source.contextTokens ?? Number.POSITIVE_INFINITY),
    },
  });
}

/** `tokenmill batch` from flags to exit code: a server of its own answers the lines, many at a time, and the results are written in order. */
import { setMaxListeners } from "node:events";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { oneLine } from "@tokenmill/check";
import {
  checkSourceFlags,
  type ExitCode,
  exitCodes,
  Interrupt,
  openSource,
  printJson,
  UsageError,
} from "@tokenmill/cli";
import type { LogitsSource } from "@tokenmill/core";
import { createTokenServer, defaultLimits, type JoinHost, type TokenServer } from "@tokenmill/server";
import { readLines } from "../cli/lines.ts";
import { loadClusterHost } from "../cluster/clusterHost.ts";
import { answerRequest, type BatchContext } from "./answerRequest.ts";
import type { BatchFlags } from "./batchFlags.ts";
import { BatchClient } from "./client.ts";
import { inOrder } from "./inOrder.ts";
import { type BatchCounts, BatchProgress } from "./progress.ts";
import { Results, wholeLines } from "./results.ts";

export async function runBatch(path: string, flags: BatchFlags): Promise<ExitCode> {
  checkSourceFlags(flags);
  const input = await stat(path).catch((cause: unknown) => {
    throw new UsageError(`cannot read ${JSON.stringify(path)}`, { cause });
  });
  const interrupt = new Interrupt();
  // Every request listens to it.
  setMaxListeners(0, interrupt.signal);
  const client = new BatchClient(flags.concurrency);
  let source: LogitsSource | undefined;
  let server: TokenServer | undefined;
  try {
    const hostOf = await loadClusterHost(flags, { queueTimeoutMs: waitMs });
    source = await interrupt.unlessStopped(openSource(flags));
    const model = flags.modelName ?? source.name;
    const origin = JSON.stringify({ model, seed: String(flags.seed), sizeBytes: input.size, changedMs: input.mtimeMs });
    const results = await Results.open(flags.output, origin, flags.overwrite === true);
    const { lines } = await wholeLines(path);
    server = await startServer(flags, source, client.key, hostOf?.(source));
    client.url = server.url;
    const counts: BatchCounts = { done: results.done, failed: 0, tokens: 0, verified: 0, differing: 0 };
    const progress = new BatchProgress(process.stderr, lines, counts);
    const context: BatchContext = {
      client,
      counts,
      seed: flags.seed,
      createdSeconds: Math.floor(input.mtimeMs / 1000),
      verifiedShare: flags.verify / 100,
      signal: interrupt.signal,
    };
    let isDone = false;
    try {
      const requests = requestsOf(path, results.done, interrupt.signal);
      for await (const line of inOrder(requests, flags.concurrency, (each) => answerRequest(context, each))) {
        if (line === undefined) break;
        await results.append(line);
        counts.done++;
      }
      isDone = !interrupt.signal.aborted;
    } finally {
      progress.end();
      await results.close(isDone);
    }
    await summarise(flags, counts, counts.done - results.done);
    if (!isDone) return interrupt.exitCode ?? exitCodes.interrupted;
    return counts.differing > 0 ? exitCodes.failed : exitCodes.done;
  } finally {
    client.close();
    await server?.close();
    await source?.close?.();
    interrupt.dispose();
  }
}

/** Lines that are not empty, from number `from` on. */
async function* requestsOf(
  path: string,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<{ number: number; line: { text(): string } }> {
  let number = 0;
  for await (const line of readLines(createReadStream(path))) {
    if (signal.aborted) return;
    let isBlank = false;
    try {
      isBlank = line.text().trim() === "";
    } catch {
      // No UTF-8: its result says so.
    }
    if (isBlank) continue;
    if (number >= from) yield { number, line };
    number++;
  }
}

const waitMs = 3_600_000;

function startServer(
  flags: BatchFlags,
  source: LogitsSource,
  key: string,
  joinHost: JoinHost | undefined,
): Promise<TokenServer> {
  return createTokenServer({
    source,
    apiKeys: [key],
    modelName: flags.modelName,
    workers: flags.workers,
    slots: flags.slots,
    joinHost,
    limits: {
      // The one client has all there is.
      peerSharePercent: 100,
      connectionSharePercent: 100,
      queueTimeoutMs: waitMs,
      stallTimeoutMs: waitMs,
      bodyLimitBytes: 2 ** 26,
      shutdownTimeoutMs: 2000,
      // As servers of a cluster have it by default.
      maxContextTokens: Math.min(defaultLimits.maxContextTokens, source.contextTokens ?? Number.POSITIVE_INFINITY),
    },
  });
}

async function summarise({ json, output }: BatchFlags, counts: BatchCounts, answered: number): Promise<void> {
  if (json) {
    await printJson({ output, answered, ...counts });
    return;
  }
  const { done, failed, tokens, verified, differing } = counts;
  const check = verified > 0 ? `, ${verified} answered twice, ${differing} of them differently` : "";
  process.stderr.write(
    oneLine(`${done} results in ${output}, ${answered} of this run: ${failed} failed, ${tokens} tokens${check}`) + "\n",
  );
}

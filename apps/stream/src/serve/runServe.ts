/** `tokenmill serve` from flags to exit code. */
import { readFile } from "node:fs/promises";
import type { LogitsSource } from "@tokenmill/core";
import { pino } from "pino";
import type { ExitCode } from "../cli/exitCodes.ts";
import { exitCodes } from "../cli/exitCodes.ts";
import { Interrupt } from "../cli/interrupt.ts";
import { openSource, poolWorkers } from "../source/openSource.ts";
import { checkSourceFlags } from "../source/sourceFlags.ts";
import { createTokenServer } from "./createTokenServer.ts";
import type { ServeFlags } from "./serveFlags.ts";

/** Serves until SIGINT or SIGTERM, and then until open streams have ended or the shutdown timeout. */
export async function runServe(flags: ServeFlags): Promise<ExitCode> {
  checkSourceFlags(flags);
  const apiKeys = await readApiKeys(flags.apiKeysFile);
  const interrupt = new Interrupt();
  let source: LogitsSource | undefined;
  try {
    source = await interrupt.unlessStopped(openSource(flags));
    const server = await createTokenServer({
      source,
      host: flags.host,
      port: flags.port,
      modelName: flags.modelName,
      playground: flags.playground,
      allowedOrigins: flags.allowOrigin ?? [],
      apiKeys,
      seed: flags.seed,
      workers: flags.workers ?? poolWorkers(flags),
      slots: flags.slots,
      structuredOutput: true,
      customStages: flags.stage ?? {},
      sampleVocabSize: flags.sampleVocabSize,
      sampleWorkers: flags.sampleWorkers,
      limits: {
        maxOpenSequences: flags.maxOpen,
        maxContextTokens: flags.maxContext,
        maxSampleSequences: flags.maxSampleSequences,
        peerSharePercent: flags.peerShare,
        connectionSharePercent: flags.connectionShare,
        arenaBytes: flags.arena * 2 ** 20,
        maxHeldBytes: flags.maxHeld * 2 ** 20,
        maxBodyBytes: flags.maxBodies * 2 ** 20,
        maxUnreadBytes: flags.maxUnread * 2 ** 20,
        bodyLimitBytes: flags.bodyLimit,
        sampleBodyLimitBytes: flags.sampleBodyLimit,
        minUploadBytesPerSecond: flags.minUploadRate,
        requestTimeoutMs: flags.requestTimeout * 1000,
        queueTimeoutMs: flags.queueTimeout * 1000,
        pauseTimeoutMs: flags.pauseTimeout * 1000,
        sampleIdleMs: flags.sampleIdleTimeout * 1000,
        stallTimeoutMs: flags.stallTimeout * 1000,
        shutdownTimeoutMs: flags.shutdownTimeout * 1000,
      },
      log: pino({ level: flags.logLevel }, pino.destination(2)),
    });
    process.stdout.write(greeting(flags, source.name, server.url));
    await aborted(interrupt.signal);
    await server.close();
    // A signal is how a server is told to end.
    return exitCodes.done;
  } finally {
    await source?.close?.();
    interrupt.dispose();
  }
}

/** Keys of the file, one a line, and of TOKENMILL_API_KEYS: never on the command line, which other users can read. */
async function readApiKeys(file: string | undefined): Promise<string[]> {
  const lines = file === undefined ? [] : (await readFile(file, "utf8")).split("\n");
  const given = (process.env["TOKENMILL_API_KEYS"] ?? "").split(",");
  return [...lines, ...given].map((key) => key.trim()).filter((key) => key !== "");
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Where the server is: in words, or as one JSON object. */
function greeting({ json, modelName, playground }: ServeFlags, sourceName: string, url: string): string {
  const model = modelName ?? sourceName;
  const hasPage = playground !== undefined;
  if (json) return `${JSON.stringify({ url, model, ...(hasPage && { playground: `${url}/` }), pid: process.pid })}\n`;
  return `serving ${model} on ${url}\n${hasPage ? `playground: ${url}/\n` : ""}`;
}

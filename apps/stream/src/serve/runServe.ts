/** `tokenmill serve` from flags to exit code. */
import { join } from "node:path";
import { oneLine, refusalOf } from "@tokenmill/check";
import {
  checkSourceFlags,
  type ExitCode,
  exitCodes,
  Interrupt,
  modelNameOf,
  mayBeLeftUnread,
  openSource,
  UsageError,
} from "@tokenmill/cli";
import type { LogitsSource } from "@tokenmill/core";
import { cacheDirectory } from "@tokenmill/embedded-model";
import { checkServerOptions, createTokenServer, LogSink, type ServerOptions } from "@tokenmill/server";
import { type Logger, pino } from "pino";
import { loadClusterHost } from "../cluster/clusterHost.ts";
import { readApiKeys } from "./readApiKeys.ts";
import { isReadableByOthers, readResumeKey } from "./resumeKey.ts";
import type { ServeFlags } from "./serveFlags.ts";

/** Serves until SIGINT, SIGTERM or SIGHUP, and then until open streams have ended or the shutdown timeout. */
export async function runServe(flags: ServeFlags): Promise<ExitCode> {
  checkSourceFlags(flags);
  const apiKeys = await readApiKeys(flags.apiKeysFile, process.env["TOKENMILL_API_KEYS"]);
  const given = optionsOf(flags, apiKeys);
  checkFlags(given);
  const log = pino({ level: flags.logLevel }, new LogSink(process.stderr));
  const interrupt = new Interrupt();
  let source: LogitsSource | undefined;
  try {
    const hostOf = await loadClusterHost(flags, {
      queueTimeoutMs: flags.queueTimeout * 1000,
      onLog: (event, details) => {
        // What has a reason is not as it should be.
        const level = "reason" in details || "error" in details ? "warn" : "info";
        log[level]({ ...details, component: "cluster" }, event);
      },
    });
    source = await interrupt.unlessStopped(openSource(flags));
    const { contextTokens = Number.POSITIVE_INFINITY } = source;
    const server = await createTokenServer({
      ...given,
      source,
      resumeKey: await resumeKeyOf(flags, log),
      joinHost: hostOf?.(source),
      limits: { ...given.limits, maxContextTokens: Math.min(flags.maxContext, contextTokens) },
      log,
    });
    mayBeLeftUnread();
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

function optionsOf(flags: ServeFlags, apiKeys: readonly string[]): ServerOptions {
  return {
    host: flags.host,
    port: flags.port,
    modelName: modelNameOf(flags),
    playground: flags.playground,
    files: flags.files,
    allowedOrigins: flags.allowOrigin,
    allowedHosts: flags.allowHost,
    apiKeys,
    seed: flags.seed,
    workers: flags.workers,
    slots: flags.slots,
    customStages: flags.stage,
    sampleVocabSize: flags.sampleVocabSize,
    sampleWorkers: flags.sampleWorkers,
    limits: {
      maxOpenSequences: flags.maxOpen,
      maxBatchRequests: flags.maxBatch,
      maxFileBytes: flags.maxFile * 2 ** 20,
      maxFiles: flags.maxFiles,
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
      rowTimeoutMs: flags.rowTimeout * 1000,
    },
  };
}

/** Options that have another name as flags. */
const flagNames = new Map([
  ["allowedOrigins", "allowOrigin"],
  ["allowedHosts", "allowHost"],
]);

/** Before a source is opened, which takes a while. @throws UsageError in the words of the flags */
function checkFlags(options: ServerOptions): void {
  try {
    checkServerOptions(options);
  } catch (error) {
    const refusal = refusalOf(error, (name) => flagNames.get(name));
    throw refusal ? new UsageError(refusal.message, { cause: error }) : error;
  }
}

/** The key of the named file, or of the one in the cache directory; undefined if there is no such directory to write to. */
async function resumeKeyOf({ resumeKeyFile, cacheDir }: ServeFlags, log: Logger): Promise<Uint8Array | undefined> {
  try {
    const path = resumeKeyFile ?? join(cacheDir ?? cacheDirectory(), "resume.key");
    const key = await readResumeKey(path);
    if (await isReadableByOthers(path)) log.warn({ path }, "other users can read the resume key: chmod 600");
    return key;
  } catch (err) {
    if (resumeKeyFile !== undefined) throw err;
    log.warn({ err }, "no resume key is kept: after a restart no stream goes on; set --resume-key-file");
    return undefined;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Where the server is: in words, or as one JSON object. */
function greeting(flags: ServeFlags, sourceName: string, url: string): string {
  const { json, playground } = flags;
  const model = modelNameOf(flags) ?? sourceName;
  const hasPage = playground !== undefined;
  if (json) return `${JSON.stringify({ url, model, ...(hasPage && { playground: `${url}/` }), pid: process.pid })}\n`;
  return `serving ${oneLine(model)} on ${url}\n${hasPage ? `playground: ${url}/\n` : ""}`;
}

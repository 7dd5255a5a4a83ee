/**
 * The embedded language model: an interpolated Kneser–Ney 4-gram over r50k, trained on first use and kept on disk. Its
 * rows are ln p, written inside the workers by `rowWriter.ts`.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { checkBoolean, checkFunction, checkOptions, checkString, messageOf } from "@tokenmill/check";
import type { Tokenizer, WorkerSource } from "@tokenmill/contracts";
import { loadR50kTokenizer, r50kEosTokenId } from "./tokenizer/r50kTokenizer.ts";
import { cacheDirectory } from "./cache/cacheDirectory.ts";
import { cacheFormatVersion, DamagedCacheError, readCacheFile, writeCacheFile } from "./cache/cacheFile.ts";
import { readIdentity } from "./packed/readPacked.ts";
import type { TrainedTables } from "./training/kneserNey.ts";
import type { EmbeddedRowWriterOptions } from "./rowWriter.ts";
import { type ModelProgress, trainModel } from "./training/trainModel.ts";

/** Something went wrong with the cache; the model works all the same. */
export interface ModelWarning {
  /** `cache_damaged`, `cache_unreadable`: trained anew. `cache_unwritable`: in memory only, trained again next time. */
  readonly code: "cache_damaged" | "cache_unreadable" | "cache_unwritable";
  readonly message: string;
  readonly cause: unknown;
}

export interface EmbeddedModelOptions {
  /** Directory of the cache file, made if needed. Absent: that of `cacheDirectory`. */
  cacheDir?: string;
  /** Train although there is a cached model, and replace it. Absent: false. */
  rebuild?: boolean;
  /** Called as the work advances. Absent: not told. */
  onProgress?: (progress: ModelProgress) => void;
  /** Called if the cache cannot be used. Absent: `process.emitWarning`. */
  onWarning?: (warning: ModelWarning) => void;
}

const known = ["cacheDir", "rebuild", "onProgress", "onWarning"] as const satisfies (keyof EmbeddedModelOptions)[];

const cacheFileName = `kneser-ney-4-r50k-v${cacheFormatVersion}.bin`;

/** The embedded model as a source of logits. */
export interface EmbeddedModel extends WorkerSource {
  readonly tokenizer: Tokenizer;
  /** Whether it came from the cache; otherwise it was trained just now. */
  readonly fromCache: boolean;
}

/**
 * Loads the model from its cache (0.1 s), or trains it (2 s) and caches it. Several processes may do so at once.
 * @throws TypeError for bad options; the file system's error if the packed corpus is not there; never because of the cache.
 */
export async function createEmbeddedModel(options: EmbeddedModelOptions = {}): Promise<EmbeddedModel> {
  checkOptions("options", options, known, "embedded model option");
  if (options.cacheDir !== undefined) checkString("cacheDir", options.cacheDir);
  if (options.rebuild !== undefined) checkBoolean("rebuild", options.rebuild);
  if (options.onProgress !== undefined) checkFunction("onProgress", options.onProgress);
  if (options.onWarning !== undefined) checkFunction("onWarning", options.onWarning);
  const { rebuild = false, onProgress = () => undefined, onWarning = emitWarning } = options;
  onProgress({ stage: "load", fraction: 0 });
  const tokenizer = await loadR50kTokenizer();
  const cache: ModelCache = { directory: options.cacheDir, identity: await readIdentity(), onWarning };

  const cached = rebuild ? undefined : await readCache(cache);
  const tables = cached ?? (await trainModel(tokenizer, onProgress));
  if (cached === undefined) await writeCache(cache, tables);
  onProgress({ stage: "ready", fraction: 1 });
  return sourceOf(tables, tokenizer, cached !== undefined);
}

function sourceOf({ counts, block }: TrainedTables, tokenizer: Tokenizer, fromCache: boolean): EmbeddedModel {
  const workerOptions: EmbeddedRowWriterOptions = { counts, eosTokenId: r50kEosTokenId };
  return {
    kind: "worker",
    name: "embedded",
    vocabSize: tokenizer.vocabSize,
    dtype: "f32",
    tokenizer,
    fromCache,
    fingerprint: async () =>
      JSON.stringify(["embedded", workerOptions, createHash("sha256").update(block).digest("base64url")]),
    tablesBytes: block.byteLength,
    installTables(memory, tablesOffsetBytes) {
      new Uint8Array(memory.buffer).set(block, tablesOffsetBytes);
    },
    worker: { moduleUrl: new URL("./rowWriter.js", import.meta.url).href, options: workerOptions, runsInline: true },
  };
}

interface ModelCache {
  readonly directory: string | undefined;
  /** What the tables follow from besides this package's own code: texts and tokenizer, with versions. */
  readonly identity: string;
  readonly onWarning: (warning: ModelWarning) => void;
}

async function readCache({ directory, identity, onWarning }: ModelCache): Promise<TrainedTables | undefined> {
  try {
    return await readCacheFile(join(directory ?? cacheDirectory(), cacheFileName), identity);
  } catch (cause) {
    const damaged = cause instanceof DamagedCacheError;
    const message = `cannot use the cached model: ${messageOf(cause)}; training it anew`;
    onWarning({ code: damaged ? "cache_damaged" : "cache_unreadable", message, cause });
    return undefined;
  }
}

async function writeCache({ directory, identity, onWarning }: ModelCache, tables: TrainedTables): Promise<void> {
  try {
    await writeCacheFile(join(directory ?? cacheDirectory(), cacheFileName), identity, tables);
  } catch (cause) {
    const remedy = "it stays in memory, for the cache set XDG_CACHE_HOME to a writable directory";
    onWarning({ code: "cache_unwritable", message: `cannot cache the model: ${messageOf(cause)}; ${remedy}`, cause });
  }
}

function emitWarning({ code, message }: ModelWarning): void {
  process.emitWarning(message, { type: "TokenmillWarning", code });
}

/** Checks the pool's options and fills in what is absent. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { dtypeBytes, type LogitsSource, type MaskFillerModule, type RowDtype } from "@tokenmill/core";
import { checkInteger, checkNumber, checkOptions, checkTimeout, mostTokens, refuse } from "@tokenmill/check";
import {
  bestVariant,
  checkLogitsSource,
  defaultLogprobTokenIds,
  defaultSamplingMask,
  type KernelVariant,
  mostLogprobTokenIds,
} from "@tokenmill/core/internal";
import type { PoolOptions } from "../types.ts";

export interface CompleteOptions {
  readonly vocabSize: number;
  readonly dtype: RowDtype;
  readonly workers: number;
  readonly slots: number;
  readonly maxLogprobs: number;
  readonly maxLogprobTokenIds: number;
  readonly maxSamplingMask: number;
  readonly arenaBytes: number;
  readonly source: LogitsSource | undefined;
  /** Module URLs by name. */
  readonly customStages: Readonly<Record<string, string>>;
  readonly maskFiller: MaskFillerModule | undefined;
  readonly rowTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly workerHeapBytes: number;
  readonly workerUrl: URL | undefined;
  readonly spinLimit: number;
  readonly inlineRows: number;
  readonly inlineMs: number;
  readonly variant: KernelVariant;
}

const known = [
  "vocabSize",
  "dtype",
  "workers",
  "slots",
  "maxLogprobs",
  "maxLogprobTokenIds",
  "maxSamplingMask",
  "arenaBytes",
  "source",
  "customStages",
  "maskFiller",
  "rowTimeoutMs",
  "closeTimeoutMs",
  "workerHeapBytes",
  "workerUrl",
  "spinLimit",
  "inlineRows",
  "inlineMs",
  "variant",
] as const satisfies (keyof PoolOptions)[];

/** @throws TypeError, RangeError naming the option. */
export function completeOptions(options: PoolOptions): CompleteOptions {
  checkOptions("options", options, known, "pool option");
  const { source, variant = bestVariant() } = options;
  if (source !== undefined) checkLogitsSource("source", source);
  const vocabSize = integer("vocabSize", absent(options.vocabSize, source?.vocabSize), 1, mostTokens);
  if (source && source.vocabSize !== vocabSize) {
    refuse("vocabSize", `${source.vocabSize}, as the source ${source.name} has`, vocabSize, false);
  }
  const dtype = absent(options.dtype, source?.dtype ?? "f32");
  if (!Object.hasOwn(dtypeBytes, dtype)) refuse("dtype", `one of ${Object.keys(dtypeBytes).join(", ")}`, dtype, false);
  if (source && source.dtype !== dtype)
    refuse("dtype", `${source.dtype}, as the source ${source.name} has`, dtype, false);
  if (variant !== "simd" && variant !== "scalar") refuse("variant", "one of simd, scalar", variant, false);
  const workers = integer("workers", absent(options.workers, source?.workers ?? availableParallelism()), 0, 256);
  const fitting = Math.max(1, Math.floor(2 ** 30 / (vocabSize * dtypeBytes[dtype])));
  return {
    vocabSize,
    dtype,
    workers,
    slots: integer("slots", absent(options.slots, Math.min(fitting, Math.max(64, 32 * workers))), 1, 65536),
    maxLogprobs: integer("maxLogprobs", absent(options.maxLogprobs, 20), 0, mostTokens),
    maxLogprobTokenIds: integer(
      "maxLogprobTokenIds",
      absent(options.maxLogprobTokenIds, defaultLogprobTokenIds),
      0,
      mostLogprobTokenIds,
    ),
    maxSamplingMask: integer("maxSamplingMask", absent(options.maxSamplingMask, defaultSamplingMask), 0, mostTokens),
    arenaBytes: integer("arenaBytes", absent(options.arenaBytes, 2 ** 28), 4096, 2 ** 32),
    source,
    customStages: stageModules(absent(options.customStages, {})),
    maskFiller: maskFillerModule(options.maskFiller),
    rowTimeoutMs:
      options.rowTimeoutMs === Number.POSITIVE_INFINITY
        ? options.rowTimeoutMs
        : checkTimeout("rowTimeoutMs", absent(options.rowTimeoutMs, 30_000), 1),
    closeTimeoutMs: checkTimeout("closeTimeoutMs", absent(options.closeTimeoutMs, 5000)),
    workerHeapBytes: integer("workerHeapBytes", absent(options.workerHeapBytes, 2 ** 29), 2 ** 24, 2 ** 40),
    workerUrl: options.workerUrl === undefined ? undefined : workerFile(options.workerUrl),
    spinLimit: integer("spinLimit", absent(options.spinLimit, 2000), 0, 1e7),
    inlineRows: integer("inlineRows", absent(options.inlineRows, 1), 0, 65536),
    inlineMs: checkNumber("inlineMs", absent(options.inlineMs, 0.1), { min: 0, max: 1000 }),
    variant,
  };
}

/** The default of an option that is absent; null is a value, and a wrong one. */
function absent<T>(value: T | undefined, byDefault: T): T {
  return value === undefined ? byDefault : value;
}

function integer(name: string, value: unknown, least: number, most: number): number {
  return checkInteger(name, value, { min: least, max: most });
}

function maskFillerModule(maskFiller: MaskFillerModule | undefined): MaskFillerModule | undefined {
  if (maskFiller === undefined) return undefined;
  if (typeof maskFiller !== "object" || maskFiller === null || typeof maskFiller.moduleUrl !== "string") {
    refuse("maskFiller", "a moduleUrl and options", maskFiller, true);
  }
  return maskFiller;
}

/** @throws TypeError, RangeError where there is no such file. */
function workerFile(workerUrl: unknown): URL {
  if (typeof workerUrl !== "string" && !(workerUrl instanceof URL)) refuse("workerUrl", "URL or path", workerUrl, true);
  const url = new URL(urlOf(String(workerUrl)));
  if (url.protocol === "file:" && !existsSync(url)) {
    refuse("workerUrl", "a file that is there, bundled from @tokenmill/worker-pool/worker", String(workerUrl), false);
  }
  return url;
}

/** What is no URL is a path. */
function urlOf(module: string): string {
  return /^[a-z][a-z\d+.-]+:/i.test(module) ? module : pathToFileURL(resolve(module)).href;
}

/** The modules' URLs; what is no URL is a path. @throws TypeError, RangeError naming the stage. */
export function stageModules(customStages: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (typeof customStages !== "object" || customStages === null) {
    refuse("customStages", "module URLs or paths by stage name", customStages, true);
  }
  const urls = Object.entries(customStages).map(([name, module]) => {
    if (typeof module !== "string") refuse(`customStages.${name}`, "module URL or path", module, true);
    if (name === "" || module === "") refuse(`customStages.${name}`, "a name, and a module URL or path", module, false);
    return [name, urlOf(module)];
  });
  return Object.fromEntries(urls);
}

/** Opens the source that the flags name. */
import type { LogitsSource } from "@tokenmill/core";
import { createEmbeddedModel, createSyntheticSource, createTraceSource } from "@tokenmill/sources";
import { asUsage } from "../cli/errors.ts";
import type { SourceFlags } from "./sourceFlags.ts";
import { TrainingProgress } from "./trainingProgress.ts";

/** Trains the embedded model at the first use, with a progress bar on stderr. @throws Error if a file is missing or damaged. */
export async function openSource({ source, vocabSize, syntheticKind, cacheDir }: SourceFlags): Promise<LogitsSource> {
  if (source === "embedded") return openEmbedded(cacheDir);
  if (source.startsWith("trace:")) return createTraceSource({ path: source.slice("trace:".length) });
  return asUsage(() => createSyntheticSource({ kind: syntheticKind ?? "gaussian", vocabSize: vocabSize ?? 32_000 }));
}

async function openEmbedded(cacheDir: string | undefined): Promise<LogitsSource> {
  const progress = new TrainingProgress(process.stderr);
  try {
    return await createEmbeddedModel({
      ...(cacheDir !== undefined && { cacheDir }),
      onProgress: (state) => progress.update(state),
      onWarning: ({ message }) => progress.note(`tokenmill: ${message}`),
    });
  } finally {
    progress.end();
  }
}

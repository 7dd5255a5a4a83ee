/** Opens the source that the flags name. */
import { asUsage, asUsageAsync } from "@tokenmill/cli";
import type { LogitsSource, ModelSource } from "@tokenmill/core";
import { createEmbeddedModel } from "@tokenmill/embedded-model";
import { createSyntheticSource, createTraceSource, loadModuleSource, openModel } from "@tokenmill/sources";
import { modelRowsSource } from "@tokenmill/engine";
import { modelOptions } from "./modelFlags.ts";
import type { SourceFlags } from "./sourceFlags.ts";
import { TrainingProgress } from "./trainingProgress.ts";

/** Trains the embedded model at the first use, with a progress bar on stderr. @throws Error if a file is missing or damaged. */
export async function openSource(flags: SourceFlags): Promise<LogitsSource> {
  const { model, source, vocabSize, syntheticKind, cacheDir } = flags;
  if (model !== undefined) return rowsOf(await asUsageAsync(() => openModel(model, modelOptions(flags))));
  if (source === "embedded") return openEmbedded(cacheDir);
  if (source.startsWith("module:")) {
    return rowsOf(await asUsageAsync(() => loadModuleSource(source.slice("module:".length))));
  }
  if (source.startsWith("trace:")) return createTraceSource({ path: source.slice("trace:".length) });
  return asUsage(() => createSyntheticSource({ kind: syntheticKind ?? "gaussian", vocabSize: vocabSize ?? 32_000 }));
}

/** The threads of a model's runtime spin on the cores that more workers would want: one samples for it. */
export function poolWorkers({ model }: SourceFlags): number | undefined {
  return model === undefined ? undefined : 1;
}

function rowsOf(source: LogitsSource | ModelSource): LogitsSource {
  return source.kind === "model" ? modelRowsSource(source) : source;
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

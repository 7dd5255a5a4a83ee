/** The one list of sources by name. What a source needs is loaded where it is asked for. */
import type { LogitsSource, ModelSource, RowDtype } from "@tokenmill/contracts";
import { asUsage, asUsageAsync } from "../errors.ts";
import { modelOptions } from "./modelFlags.ts";
import type { SourceFlags } from "./sourceFlags.ts";

/** What flags, or a scenario, say of a source. */
export interface NamedSource extends SourceFlags {
  /** Of synthetic rows. Absent: f32. */
  readonly dtype?: RowDtype;
}

/**
 * Rows for whoever samples them; who opens it closes it. The embedded model is trained at the first use, with a progress bar
 * on stderr.
 * @throws UsageError for what is not found or badly named; Error for files that are damaged and runtimes that are missing
 */
export async function openSource(named: NamedSource): Promise<LogitsSource> {
  const { model, source, vocabSize = 32_000, syntheticKind: kind = "gaussian", dtype = "f32", cacheDir } = named;
  if (model === undefined && source === "embedded") return openEmbedded(cacheDir);
  const sources = await import("@tokenmill/sources");
  if (model !== undefined) return rowsOf(await asUsageAsync(() => sources.openModel(model, modelOptions(named))));
  const [type, file = ""] = source.split(/:(.*)/s, 2);
  if (type === "module") return rowsOf(await asUsageAsync(() => sources.loadModuleSource(file)));
  if (type === "trace") return sources.createTraceSource({ path: file });
  return asUsage(() => sources.createSyntheticSource({ kind, vocabSize, dtype }));
}

async function rowsOf(source: LogitsSource | ModelSource): Promise<LogitsSource> {
  if (source.kind !== "model") return source;
  const { modelRowsSource } = await import("@tokenmill/engine");
  return modelRowsSource(source);
}

async function openEmbedded(cacheDir: string | undefined): Promise<LogitsSource> {
  const [{ createEmbeddedModel }, { TrainingProgress }] = await Promise.all([
    import("@tokenmill/embedded-model"),
    import("./trainingProgress.ts"),
  ]);
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

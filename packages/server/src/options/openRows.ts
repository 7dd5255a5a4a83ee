/** The one option that has no default. */
import type { LogitsSource, ModelSource } from "@tokenmill/core";
import { checkLogitsSource } from "@tokenmill/core/internal";

/** The source, or the source of a model's rows. @throws TypeError, RangeError for what is none */
export async function openRows(source: LogitsSource | ModelSource): Promise<LogitsSource> {
  if (source?.kind !== "model") return checkLogitsSource("source", source, ["model"]);
  const { modelRowsSource } = await import("@tokenmill/engine");
  return modelRowsSource(source, "source");
}

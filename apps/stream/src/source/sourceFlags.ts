/** Flags that say where the rows come from. */
import { integerFlag, UsageError } from "@tokenmill/cli";
import { type Command, Option } from "commander";
import { addModelFlags, checkModelFlags, type ModelFlags } from "./modelFlags.ts";

const syntheticKinds = ["gaussian", "flat", "peaked", "zipf", "ties", "adversarial"] as const;

export interface SourceFlags extends ModelFlags {
  readonly source: string;
  readonly vocabSize?: number;
  readonly syntheticKind?: (typeof syntheticKinds)[number];
  readonly cacheDir?: string;
}

export function addSourceFlags(command: Command): void {
  command
    .optionsGroup("Rows:")
    .option(
      "--source <name>",
      "where rows of logits come from: embedded, synthetic, trace:<file> or module:<file>, whose default export makes a source",
      "embedded",
    )
    .option(
      "--vocab-size <integer>",
      "tokens of a synthetic row (default: 32000)",
      integerFlag("vocabSize", 1, 2 ** 24),
    )
    .addOption(
      new Option("--synthetic-kind <kind>", "law of synthetic rows (default: gaussian)").choices(syntheticKinds),
    )
    .option(
      "--cache-dir <directory>",
      "where the embedded model is kept (default: tokenmill in $XDG_CACHE_HOME or the system's folder for caches)",
    );
  addModelFlags(command);
}

/** @throws UsageError for a source that is not known, and for flags that it does not have. */
export function checkSourceFlags({ source, vocabSize, syntheticKind, cacheDir, ...model }: SourceFlags): void {
  checkModelFlags(model);
  if (model.model !== undefined && source !== "embedded") {
    throw new UsageError(`"model" expected without --source ${source}: rows come from one place`);
  }
  if (source !== "embedded" && source !== "synthetic" && !/^(?:trace|module):./s.test(source)) {
    throw new UsageError(
      `"source" expected embedded, synthetic, trace:<file> or module:<file>, got ${JSON.stringify(source)}`,
    );
  }
  const refuseFor = (flag: string, only: string): never => {
    throw new UsageError(`${flag} has an effect with --source ${only} only, not with ${source}`);
  };
  if (vocabSize !== undefined && source !== "synthetic") refuseFor("--vocab-size", "synthetic");
  if (syntheticKind !== undefined && source !== "synthetic") refuseFor("--synthetic-kind", "synthetic");
  if (cacheDir !== undefined && source !== "embedded") refuseFor("--cache-dir", "embedded");
}

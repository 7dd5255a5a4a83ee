/** Flags that say where the rows come from. */
import { type Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import { integerFlag } from "../numberFlags.ts";
import { addModelFlags, checkModelFlags, type ModelFlags } from "./modelFlags.ts";

export const syntheticKinds = ["gaussian", "flat", "peaked", "zipf", "ties", "adversarial"] as const;

/** Names of sources, as a regular expression. */
export const sourcePattern = "^(?:embedded|synthetic|(?:trace|module):.+)$";
export const sourceNames = "embedded, synthetic, trace:<file> or module:<file>";

export interface SourceFlags extends ModelFlags {
  /** `embedded`, `synthetic`, `trace:<file>` or `module:<file>`. */
  readonly source: string;
  readonly vocabSize?: number;
  readonly syntheticKind?: (typeof syntheticKinds)[number];
  readonly cacheDir?: string;
}

/** Of commands that look at one row. */
export type TextSourceFlags = Omit<SourceFlags, "vocabSize" | "syntheticKind">;

export const sourceFlag: { readonly syntax: string; readonly says: string } = {
  syntax: "--source <name>",
  says: `where rows of logits come from: ${sourceNames}, whose default export makes a source`,
};

/** For rows after a text: synthetic ones have none. */
export function addTextSourceFlags(command: Command): void {
  command
    .option(sourceFlag.syntax, sourceFlag.says, "embedded")
    .option(
      "--cache-dir <directory>",
      "where the embedded model is kept (default: tokenmill in $XDG_CACHE_HOME or the system's folder for caches)",
    );
  addModelFlags(command);
}

export function addSourceFlags(command: Command): void {
  command.optionsGroup("Rows:");
  addTextSourceFlags(command);
  command
    .option(
      "--vocab-size <integer>",
      "tokens of a synthetic row (default: 32000)",
      integerFlag("vocabSize", 1, 2 ** 24),
    )
    .addOption(
      new Option("--synthetic-kind <kind>", "law of synthetic rows (default: gaussian)").choices(syntheticKinds),
    );
}

/** @throws UsageError for a source that is not known, and for flags that it does not have. */
export function checkSourceFlags({ source, vocabSize, syntheticKind, cacheDir, ...model }: SourceFlags): void {
  checkModelFlags(model);
  if (model.model !== undefined && source !== "embedded") {
    throw new UsageError(`"model" expected without --source ${source}: rows come from one place`);
  }
  if (!new RegExp(sourcePattern, "s").test(source)) {
    throw new UsageError(`"source" expected ${sourceNames}, got ${JSON.stringify(source)}`);
  }
  const refuseFor = (flag: string, only: string): never => {
    const got = model.model === undefined ? source : "--model";
    throw new UsageError(`${flag} has an effect with --source ${only} only, not with ${got}`);
  };
  if (vocabSize !== undefined && source !== "synthetic") refuseFor("--vocab-size", "synthetic");
  if (syntheticKind !== undefined && source !== "synthetic") refuseFor("--synthetic-kind", "synthetic");
  if (cacheDir !== undefined && (source !== "embedded" || model.model !== undefined)) {
    refuseFor("--cache-dir", "embedded");
  }
}

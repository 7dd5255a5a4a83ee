/** `--stage name=module`: stages of the user's own. */
import { asUsage, UsageError } from "@tokenmill/cli";
import { stageModules } from "@tokenmill/worker-pool";
import { Option } from "commander";

/** Module URLs by stage name. */
export type StageFlag = Readonly<Record<string, string>>;

/** Collects into `stage`. @throws (when parsing) UsageError for what is no name and module, or a name given twice. */
export function stageFlag(): Option {
  const help = "a stage of your own, custom:<name> in --chain: a function that an ES module exports; may be repeated";
  return new Option("--stage <name=module>", help).argParser((text: string, stages?: StageFlag): StageFlag => {
    const [, name, module] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || module === undefined) {
      throw new UsageError(`"stage" expected <name>=<path or URL of an ES module>, got ${JSON.stringify(text)}`);
    }
    if (stages && Object.hasOwn(stages, name))
      throw new UsageError(`"stage" expected each name once, got "${name}" twice`);
    return { ...stages, ...asUsage(() => stageModules({ [name]: module })) };
  });
}

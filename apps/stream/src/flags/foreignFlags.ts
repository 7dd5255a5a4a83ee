/** What to write instead of a flag that another engine calls so. */
import { foreignHint } from "@tokenmill/core";
import type { Command } from "commander";
import { kebabCase } from "./kebabCase.ts";

/** Undefined for a name that nobody has, or whose counterpart here is no flag of the command. */
export function foreignFlagHint(command: Command, flag: string): string | undefined {
  const flags = command.options.map(({ long }) => long);
  let isThere = true;
  const hint = foreignHint(flag.replace(/^--/, ""), (ours) => {
    const own = ours === "n" ? "--count" : `--${kebabCase(ours)}`;
    isThere &&= flags.includes(own);
    return own;
  });
  return isThere ? hint : undefined;
}

/** Custom stages from ES modules, for threads: functions do not travel, addresses do. */
import { messageOf } from "@tokenmill/check";
import type { CustomStage } from "./customStage.ts";

/**
 * The stage of each name: what its module (an absolute URL) exports under that name, else by default.
 * @throws Error naming the stage if a module does not load; TypeError if it exports no such function.
 */
export async function loadCustomStages(
  modules: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, CustomStage>>> {
  const load = async ([name, url]: [string, string]): Promise<[string, CustomStage]> => {
    const exports = (await import(/* @vite-ignore */ url).catch((cause: unknown) => {
      throw new Error(`custom stage "${name}" cannot be loaded from ${url}: ${messageOf(cause)}`, { cause });
    })) as Readonly<Record<string, unknown>>;
    const stage = exports[name] ?? exports["default"];
    if (typeof stage === "function") return [name, stage as CustomStage];
    throw new TypeError(
      `custom stage "${name}" expected ${url} to export a function "${name}" or default, got neither`,
    );
  };
  return Object.fromEntries(await Promise.all(Object.entries(modules).map(load)));
}

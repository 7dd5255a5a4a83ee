/** Custom stages from ES modules, for threads: functions do not travel, addresses do. */
import { messageOf, refuse } from "@tokenmill/check";
import type { CustomStage } from "./customStage.ts";

/**
 * The stage of each name: what its module (an absolute URL) exports under that name, else by default.
 * @throws TypeError, RangeError for what is no URL; Error naming the stage if a module does not load; TypeError if it
 * exports no such function.
 */
export async function loadCustomStages(
  modules: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, CustomStage>>> {
  if (typeof modules !== "object" || modules === null || Array.isArray(modules)) {
    refuse("modules", "object of module URLs by name", modules, true);
  }
  for (const [name, url] of Object.entries(modules)) {
    if (typeof url !== "string" || !URL.canParse(url)) {
      refuse(`modules.${name}`, "absolute URL", url, typeof url !== "string");
    }
  }
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

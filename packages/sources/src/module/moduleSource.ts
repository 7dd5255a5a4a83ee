/** A source that a module of the user's makes. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkString, messageOf, show } from "@tokenmill/check";
import type { LogitsSource, ModelSource } from "@tokenmill/contracts";

const kinds = ["worker", "batch", "model"];

/**
 * The default export of an ES module: a source, a model, or a function that returns one or a promise of it.
 * @param path from the working directory
 * @throws Error for a module that cannot be loaded or exports something else, and what the function throws
 */
export async function loadModuleSource(path: string): Promise<LogitsSource | ModelSource> {
  const url = pathToFileURL(resolve(checkString("path", path))).href;
  const { default: exported } = await load(url, path);
  const source: unknown = typeof exported === "function" ? await (exported as () => unknown)() : exported;
  if (isSource(source)) return source;
  const expected = "a default export that is a source (kind worker, batch or model) or a function that returns one";
  throw new TypeError(`module ${show(path)} expected ${expected}, got ${show(source)}`);
}

async function load(url: string, path: string): Promise<{ default?: unknown }> {
  try {
    return (await import(url)) as { default?: unknown };
  } catch (cause) {
    throw new Error(`module ${show(path)} cannot be loaded: ${messageOf(cause)}`, { cause });
  }
}

function isSource(value: unknown): value is LogitsSource | ModelSource {
  return typeof value === "object" && value !== null && kinds.includes((value as { kind?: string }).kind ?? "");
}

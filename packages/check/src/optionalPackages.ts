/** Packages that only those install who want what they do. */
import { messageOf } from "./messageOf.ts";

/**
 * What `load` gives, which imports some of the packages.
 * @param need what they are for, as the user asked for it: `"--png"`
 * @param packages names, with the versions to install: `vega@6`
 * @throws Error with the command that installs them, if one is not there; what `load` throws
 */
export async function loadOptional<T>(
  need: string,
  packages: readonly string[],
  load: () => T | Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const isMissing = (cause as { code?: unknown } | undefined)?.code === "ERR_MODULE_NOT_FOUND";
    const text = messageOf(cause);
    if (!isMissing || !packages.some((each) => text.includes(`'${each.replace(/(?<=.)@.*/, "")}'`))) throw cause;
    throw new Error(`${need} needs packages that are not installed: npm install ${packages.join(" ")}`, { cause });
  }
}

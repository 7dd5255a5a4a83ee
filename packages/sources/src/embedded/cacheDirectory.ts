/** Where the trained model is kept between runs (XDG base directory specification 0.8). */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * `$XDG_CACHE_HOME/tokenmill`, or `~/.cache/tokenmill` if that variable is unset, empty or relative.
 * @throws the system's error if the user has no home directory.
 */
export function cacheDirectory(): string {
  const base = process.env["XDG_CACHE_HOME"];
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), ".cache"), "tokenmill");
}

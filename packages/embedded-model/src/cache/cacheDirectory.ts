/** Where the trained model is kept between runs: each system's folder for what can be made again. */
import { homedir, platform } from "node:os";
import { posix, win32 } from "node:path";

/**
 * `$XDG_CACHE_HOME/tokenmill` where that variable is an absolute path (XDG base directory specification 0.8), on every system;
 * else `~/.cache/tokenmill`, on macOS `~/Library/Caches/tokenmill`, on Windows `%LOCALAPPDATA%\tokenmill\Cache`.
 * @throws the system's error if the user has no home directory.
 */
export function cacheDirectory(): string {
  return cacheDirectoryOn(platform(), process.env, homedir);
}

/** The same for a system, an environment and a home of one's choice. */
export function cacheDirectoryOn(system: NodeJS.Platform, env: NodeJS.ProcessEnv, home: () => string): string {
  const { isAbsolute, join } = system === "win32" ? win32 : posix;
  const chosen = env["XDG_CACHE_HOME"];
  if (chosen !== undefined && isAbsolute(chosen)) return join(chosen, "tokenmill");
  if (system === "darwin") return join(home(), "Library", "Caches", "tokenmill");
  if (system !== "win32") return join(home(), ".cache", "tokenmill");
  const local = env["LOCALAPPDATA"];
  return join(
    local !== undefined && isAbsolute(local) ? local : join(home(), "AppData", "Local"),
    "tokenmill",
    "Cache",
  );
}

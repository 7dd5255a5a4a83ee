/** A server as a user starts it, with the embedded model and a key. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const bin: string = fileURLToPath(new URL("bin/tokenmill.js", import.meta.resolve("tokenmill/package.json")));
export const apiKey = "a key of the tests";
/** The embedded model is trained once for all tests. */
export const cacheHome: string = join(import.meta.dirname, "../e2e/node_modules/.cache");

export interface RunningServer {
  readonly url: string;
  get(path: string): Promise<Response>;
  stop(): Promise<void>;
}

export async function startServer(): Promise<RunningServer> {
  const args = ["serve", "--port", "0", "--workers", "1", "--sample-vocab-size", "1000", "--seed", "1", "--json"];
  const child: ChildProcess = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, XDG_CACHE_HOME: cacheHome, TOKENMILL_API_KEYS: apiKey },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(createInterface(child.stdout!), "line")) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    get: (path) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${apiKey}` } }),
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

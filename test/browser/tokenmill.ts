/** The command line as its users run it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
const bin = join(dirname(require.resolve("tokenmill")), "../bin/tokenmill.js");
const run = promisify(execFile);

interface ChainStep {
  readonly stage: string;
  readonly keptCount: number;
  readonly keptMass: number;
  readonly entropy: number;
  readonly probs: readonly number[];
}

export interface Explained {
  readonly tokens: readonly { readonly token: string; readonly tokenId: number }[];
  readonly softmax: readonly number[];
  readonly chain?: readonly ChainStep[];
  readonly draws: { readonly counts: readonly number[] };
}

/** What `tokenmill explain … --json` prints. */
export async function explain(...flags: readonly string[]): Promise<Explained> {
  const { stdout } = await run(process.execPath, [bin, "explain", "--json", ...flags], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Explained;
}

export interface PlaygroundServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Runs `tokenmill playground` and waits for the address that it prints. `apiKeys`: with commas. */
export async function startPlayground(apiKeys?: string): Promise<PlaygroundServer> {
  const child: ChildProcess = spawn(
    process.execPath,
    [bin, "playground", "--port", "0", "--workers", "1", "--log-level", "warn"],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...(apiKeys !== undefined && { TOKENMILL_API_KEYS: apiKeys }) },
    },
  );
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /^playground: (\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    return {
      url,
      close: async () => {
        if (child.exitCode !== null) return;
        child.kill("SIGTERM");
        await once(child, "exit");
      },
    };
  }
  throw new Error(`tokenmill playground ended with ${child.exitCode} before it printed its address`);
}

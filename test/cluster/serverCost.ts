/** CPU of `tokenmill serve` for each token that clients read, without a cluster and in one; Linux. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readStream, ServeProcess } from "./servers.ts";

const [streams, maxTokens, turns] = [64, 200, 5];
/** Of the kernel's clock, by which it counts a process's time. */
const tickUs = 10_000;
const source = `module:${join(import.meta.dirname, "sleepingSource.mjs")}`;

/** Prints the median of five runs of 64 streams, whose rows take 20 ms each. */
export async function serverCost(natsUrl: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "tokenmill-cost-"));
  const key = join(directory, "resume.key");
  writeFileSync(key, randomBytes(32).toString("base64"), { mode: 0o600 });
  const common = ["--source", source, "--workers", "0", "--resume-key-file", key];
  const member = (name: string): readonly string[] => [...common, "--cluster", natsUrl, "--cluster-name", name];
  const setups: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ["without a cluster", [common]],
    ["in a cluster of its own", [member("alone")]],
    ["gateway and node", [[...member("two"), "--cluster-capacity", "0"], member("two")]],
  ];
  for (const [what, flags] of setups) {
    const servers = await Promise.all(flags.map((each) => ServeProcess.start(each)));
    await Promise.all(servers.map(untilIdle));
    const costs = servers.map((): number[] => []);
    for (let turn = 0; turn < turns; turn++) {
      const before = servers.map(cpuUs);
      await Promise.all(Array.from({ length: streams }, (_, seed) => readAll(servers[0]!.url, seed)));
      for (const [i, server] of servers.entries()) {
        costs[i]!.push((cpuUs(server) - before[i]!) / (streams * maxTokens));
      }
    }
    const medians = costs.map((each) => each.toSorted((a, b) => a - b)[Math.floor(turns / 2)]!.toFixed(1));
    console.log(`CPU of serve a token, ${what}: ${medians.join(" + ")} µs`);
    await Promise.all(servers.map((server) => server.kill("SIGTERM")));
  }
  rmSync(directory, { recursive: true });
}

async function readAll(url: string, seed: number): Promise<void> {
  const body = { prompt: "abc", max_tokens: maxTokens, ignore_eos: true, temperature: 0.9, seed, stream: true };
  let count = 0;
  await readStream(url, body, () => void count++);
  if (count < maxTokens) throw new Error(`${count} of ${maxTokens} tokens`);
}

/** What a server does of itself after its start, such as compiling usual schemas, is not counted. */
async function untilIdle(server: ServeProcess): Promise<void> {
  for (;;) {
    const before = cpuUs(server);
    await sleep(500);
    if (cpuUs(server) - before <= 2 * tickUs) return;
  }
}

/** User and system time of a process. */
function cpuUs({ pid }: ServeProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickUs;
}

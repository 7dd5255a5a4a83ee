/** `tokenmill-load run --cluster` and `sweep --cluster`: agents as processes, one of which is killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { natsServerPath, NatsServer } from "./processes.ts";

const program = join(import.meta.dirname, "../../apps/load-test/bin/tokenmill-load.js");
const target = ["--target", "engine", "--source", "synthetic", "--vocab-size", "100", "--no-calibrate", "--json"];

interface Report {
  readonly counts: { readonly due: number; readonly completed: number };
  readonly metrics: { readonly e2e: { readonly count: number } };
  readonly warnings: readonly string[];
}

interface Sweep {
  readonly points: readonly {
    readonly values: readonly number[];
    readonly runs: readonly { readonly rates: { readonly requestsPerSecond: number } }[];
  }[];
}

describe.skipIf(!natsServerPath)("a load test over a cluster", () => {
  let nats: NatsServer;
  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterAll(() => nats.dispose());

  const start = (...args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [program, ...args, "--cluster", nats.url], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  };
  /** @returns once it waits; `share` resolves when it has its next share of a load */
  const startAgent = async (): Promise<{ child: ChildProcess; share: () => Promise<unknown> }> => {
    const child = start("agent");
    const lines = createInterface({ input: child.stdout! });
    await once(lines, "line");
    return { child, share: () => once(lines, "line") };
  };
  const ended = async (child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> => {
    const [out, err]: string[][] = [[], []];
    child.stdout!.on("data", (chunk: Buffer) => out!.push(chunk.toString()));
    child.stderr!.on("data", (chunk: Buffer) => err!.push(chunk.toString()));
    const [code] = (await once(child, "close")) as [number];
    return { code, stdout: out!.join(""), stderr: err!.join("") };
  };
  const load = [...target, "--max-tokens", "4"];

  it("merges what the agents measured, names one that is killed, and fails", async () => {
    const agents = await Promise.all([startAgent(), startAgent()]);
    const [{ child, share }] = agents;
    const hasShare = share();
    const run = ended(start("run", ...load, "--concurrency", "2", "--duration", "2s"));
    await hasShare;
    child.kill("SIGKILL");
    const { code, stdout, stderr } = await run;
    const { counts, metrics, warnings } = JSON.parse(stdout) as Report;
    expect(counts.completed).toBeGreaterThan(0);
    expect(metrics.e2e.count).toBe(counts.completed);
    const text = new RegExp(`agent .*:${child.pid} was lost: its share of the requests is missing$`, "m");
    expect(warnings[0]).toMatch(text);
    expect(stderr).toMatch(text);
    expect(code).toBe(1);
    agents[1].child.kill("SIGKILL");
    await once(agents[1].child, "exit");
  }, 60_000);

  it("a sweep is made by the agents, and ends where one is lost", async () => {
    const axis = ["--over", "concurrency=2,4", "--repeats", "1", "--warm-up", "0s"];
    const { child, share } = await startAgent();
    const whole = await ended(start("sweep", ...load, ...axis, "--whole", "--duration", "300ms"));
    expect(whole).toMatchObject({ code: 0 });
    const { points } = JSON.parse(whole.stdout) as Sweep;
    expect(points.map(({ values }) => values)).toEqual([[2], [4]]);
    for (const { runs } of points) expect(runs[0]!.rates.requestsPerSecond).toBeGreaterThan(0);
    const hasShare = share();
    const cut = ended(start("sweep", ...load, ...axis, "--duration", "60s"));
    await hasShare;
    child.kill("SIGKILL");
    const { code, stdout, stderr } = await cut;
    // the second: before it was ready
    const agent = `agent .*:${child.pid}`;
    expect(stderr).toMatch(new RegExp(`${agent} was lost: its share of the requests|all agents were lost: ${agent}`));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  }, 60_000);
});

/** `tokenmill-load run --cluster`: agents as processes, one of which is killed. */
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

describe.skipIf(!natsServerPath)("a load test over a cluster", () => {
  let nats: NatsServer;
  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterAll(() => nats.dispose());

  const start = (...args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [program, ...args, "--cluster", nats.url], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  };
  const agent = async (): Promise<{ child: ChildProcess; share: Promise<void> }> => {
    const child = start("agent");
    const lines = createInterface({ input: child.stdout! });
    await once(lines, "line");
    return { child, share: once(lines, "line").then(() => undefined) };
  };
  const report = async (child: ChildProcess): Promise<Report> => {
    let text = "";
    child.stdout!.on("data", (chunk: Buffer) => (text += chunk));
    await once(child, "close");
    return JSON.parse(text) as Report;
  };

  it("merges what the agents measured, and names one that is killed", async () => {
    const agents = await Promise.all([agent(), agent()]);
    const run = report(start("run", ...target, "--concurrency", "2", "--max-tokens", "4", "--duration", "4s"));
    const [{ child, share }] = agents;
    await share;
    child.kill("SIGKILL");
    const { counts, metrics, warnings } = await run;
    expect(counts.completed).toBeGreaterThan(0);
    expect(metrics.e2e.count).toBe(counts.completed);
    expect(warnings[0]).toMatch(new RegExp(`^agent .*:${child.pid} was lost: its share of the requests is missing$`));
  }, 60_000);
});

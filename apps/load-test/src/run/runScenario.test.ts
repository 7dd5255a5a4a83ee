import { describe, expect, it, onTestFinished } from "vitest";
import type { Sample } from "../measure/recorder.ts";
import type { RunResult } from "./runScenario.ts";
import { type ServerBehaviour, startServer, type TestServer } from "../testing/openaiServer.ts";
import { run } from "../testing/run.ts";

async function serverWith(behaviour: ServerBehaviour = {}): Promise<TestServer> {
  const server = await startServer(behaviour);
  onTestFinished(() => server.close());
  return server;
}

/** Measured requests that completed. */
function completed({ samples }: RunResult): Sample[] {
  return samples.filter(({ isMeasured, outcome }) => isMeasured && outcome === "completed");
}

/** The smallest value with at least that share of all at or below it. */
function exact(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)]!;
}

describe("load on an HTTP server", () => {
  it.each(["completions", "chat"] as const)(
    "%s: 40 requests of 8 tokens, every token counted, percentiles those of the raw samples",
    async (api) => {
      const server = await serverWith({ tokenMs: 2 });
      const result = await run({
        target: { type: "http", url: server.url, api },
        load: { mode: "closed", concurrency: 4 },
        requests: { maxTokens: 8, promptTokens: 5, mix: [{ name: "only", params: { temperature: 0.5 } }] },
        count: 40,
      });
      const { report } = result;
      expect(report.counts).toEqual({ due: 40, completed: 40, failed: 0, cancelled: 0, good: 40 });
      expect(server.bodies.length).toBe(40);
      expect(server.bodies[0]).toMatchObject({ model: "test-model", max_tokens: 8, stream: true, temperature: 0.5 });
      const all = completed(result);
      expect(all.map(({ tokens }) => tokens)).toEqual(all.map(() => 8));
      const raw = {
        e2e: all.map(({ endMs, dueMs }) => endMs - dueMs),
        service: all.map(({ endMs, sentMs }) => endMs - sentMs),
        ttft: all.map(({ firstTokenMs, dueMs }) => firstTokenMs! - dueMs),
        itl: all.flatMap(({ itlMs }) => itlMs),
        tpot: all.map(({ itlMs }) => itlMs.reduce((a, b) => a + b, 0) / 7),
      };
      for (const [name, values] of Object.entries(raw) as [keyof typeof raw, number[]][]) {
        expect({ name, count: report.metrics[name].count }).toEqual({ name, count: values.length });
        for (const [statistic, share] of [
          ["p50", 0.5],
          ["p90", 0.9],
          ["p99", 0.99],
        ] as const) {
          const expected = exact(values, share);
          expect(Math.abs(report.metrics[name][statistic] - expected), `${name} ${statistic}`).toBeLessThanOrEqual(
            expected * 1e-3 + 2e-6,
          );
        }
        expect(Math.abs(report.metrics[name].max / Math.max(...values) - 1)).toBeLessThan(1e-3);
      }
      expect(report.slices.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(320);
    },
  );

  it("whole answers: tokens from usage, no first token", async () => {
    const server = await serverWith();
    const { report } = await run({
      target: { type: "http", url: server.url, stream: false },
      requests: { maxTokens: 5 },
      count: 10,
    });
    expect(report.counts.completed).toBe(10);
    expect(report.slices.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(50);
    expect(report.metrics.ttft.count).toBe(0);
  });

  it("a target that stops for 1 s is seen by intended-time percentiles, and hidden by a closed loop's", async () => {
    const stall = { everyMs: 3000, stallMs: 1000 };
    const common = { requests: { maxTokens: 1 }, durationMs: 3200, warmUpMs: 0 };
    const [openServer, closedServer] = await Promise.all([
      serverWith({ stall, delayMs: () => 5 }),
      serverWith({ stall, delayMs: () => 5 }),
    ]);
    const [open, closed] = await Promise.all([
      run({
        ...common,
        target: { type: "http", url: openServer.url },
        load: { mode: "open", arrivals: "constant", rate: 50, maxInFlight: 4 },
      }),
      run({ ...common, target: { type: "http", url: closedServer.url }, load: { mode: "closed", concurrency: 1 } }),
    ]);
    // A third of the arrivals fall into the stall: they wait 500 ms on average. One request of the closed loop does.
    expect(open.report.metrics.e2e.p90).toBeGreaterThan(500);
    expect(open.report.metrics.service.p90).toBeLessThan(open.report.metrics.e2e.p90 / 2);
    expect(closed.report.counts.completed).toBeGreaterThan(40);
    expect(closed.report.metrics.e2e.p90).toBeLessThan(500);
    expect(closed.report.metrics.e2e.max).toBeGreaterThan(700);
    expect(closed.report.warnings.join()).toContain("closed loop");
  });

  it("an open loop keeps its schedule when the target slows to a fifth of the rate", async () => {
    let free = 0;
    // One request at a time takes 100 ms: 10/s of the 50/s.
    const server = await serverWith({
      delayMs: () => (free = Math.max(free, performance.now()) + 100) - performance.now(),
    });
    const result = await run({
      target: { type: "http", url: server.url },
      load: { mode: "open", arrivals: "constant", rate: 50 },
      requests: { maxTokens: 1 },
      durationMs: 1000,
      warmUpMs: 0,
    });
    expect(result.report.counts.due).toBe(50);
    const due = result.samples.map(({ dueMs }) => dueMs).sort((a, b) => a - b);
    due.forEach((dueMs, i) => expect(dueMs).toBeCloseTo(i * 20, 6));
    // Sent while the first ones were still waiting.
    expect(Math.max(...result.samples.map(({ sentMs }) => sentMs))).toBeLessThan(
      Math.max(...result.samples.map(({ endMs }) => endMs)) - 1000,
    );
    expect(result.report.metrics.e2e.max).toBeGreaterThan(3500);
  });

  it("counts failures by kind, and the others go on", async () => {
    const server = await serverWith({
      answer: (n, response) => {
        if (n % 6 === 0) response.writeHead(429).end("slow down");
        else if (n % 6 === 1) response.writeHead(200).end("data: {oops\n\n");
        else if (n % 6 === 2) response.writeHead(200).end('data: {"error":{"message":"no memory"}}\n\n');
        else if (n % 6 === 3) response.writeHead(200).end('data: {"choices":[{"text":"a"}]}\n\n');
        else if (n % 6 === 4) {
          response.writeHead(200).write('data: {"choices":[{"text":"a"}]}\n\n');
          setTimeout(() => response.destroy(), 20);
        } else return false;
        return true;
      },
    });
    const { report } = await run({
      target: { type: "http", url: server.url },
      load: { mode: "closed", concurrency: 2 },
      requests: { maxTokens: 2 },
      count: 24,
    });
    const kinds = Object.fromEntries(Object.entries(report.errors).map(([kind, { count }]) => [kind, count]));
    const { truncated, ECONNRESET = 0, ...others } = kinds as Record<string, number>;
    expect(others).toEqual({ http_429: 4, bad_event: 4, stream_error: 4 });
    expect(truncated! + ECONNRESET).toBe(8);
    expect(report.counts).toMatchObject({ due: 24, completed: 4, failed: 20 });
    expect(report.rates.errorRate).toBeCloseTo(20 / 24, 6);
    expect(report.errors["http_429"]!.example).toBe("slow down");
  });

  it("a server that is not there, one that does not answer, and one that does not end", async () => {
    const gone = await startServer();
    await gone.close();
    const refused = await run({
      target: { type: "http", url: gone.url },
      load: { mode: "closed", concurrency: 1 },
      count: 3,
    });
    expect(Object.keys(refused.report.errors)).toEqual(["ECONNREFUSED"]);
    const slow = await serverWith({ delayMs: () => 60_000 });
    const late = await run({
      target: { type: "http", url: slow.url, requestTimeoutMs: 100 },
      load: { mode: "closed", concurrency: 2 },
      count: 4,
    });
    expect(late.report.errors).toMatchObject({ timeout: { count: 4 } });
    const endless = await serverWith({ tokenMs: 20 });
    const cut = await run({
      target: { type: "http", url: endless.url, requestTimeoutMs: 600 },
      load: { mode: "closed", concurrency: 2 },
      requests: { maxTokens: 10_000 },
      count: 2,
    });
    expect(cut.report.errors).toMatchObject({ timeout: { count: 2 } });
    expect(cut.report.metrics.ttft.count).toBe(2);
    const unfinished = await run({
      target: { type: "http", url: slow.url },
      load: { mode: "closed", concurrency: 2 },
      durationMs: 100,
      warmUpMs: 0,
      drainMs: 100,
    });
    expect(unfinished.report.errors).toMatchObject({ unfinished: { count: 2 } });
  });

  it("sends a request again when the server has closed the idle connection", async () => {
    const server = await serverWith();
    server.closeIdle(5);
    const { report } = await run({
      target: { type: "http", url: server.url },
      load: { mode: "open", arrivals: "constant", rate: 100 },
      requests: { maxTokens: 1 },
      durationMs: 1500,
      warmUpMs: 0,
    });
    expect(report.errors).toEqual({});
    expect(report.counts).toMatchObject({ due: 150, completed: 150 });
  });

  it("cancels all of a share of 1 after 50 ms, and the server sees them leave", async () => {
    const server = await serverWith({ tokenMs: 20 });
    const { report } = await run({
      target: { type: "http", url: server.url },
      load: { mode: "closed", concurrency: 2 },
      requests: { maxTokens: 500, cancel: { share: 1, afterMs: 50 } },
      count: 6,
    });
    expect(report.counts).toMatchObject({ due: 6, cancelled: 6, failed: 0, completed: 0 });
    await expect.poll(() => server.aborted).toBe(6);
  });

  it("a slow reader, 60 ms a piece, sees longer gaps and takes longer than a quick one", async () => {
    const server = await serverWith({ tokenMs: 1 });
    const read = (share: number): Promise<RunResult> =>
      run({
        target: { type: "http", url: server.url },
        load: { mode: "closed", concurrency: 1 },
        requests: { maxTokens: 12, slowReaders: { share, delayMs: 60 } },
        count: 3,
      });
    const [quick, slow] = [await read(0), await read(1)];
    expect(slow.report.metrics.itl.max).toBeGreaterThan(50);
    expect(slow.report.metrics.e2e.p50).toBeGreaterThan(quick.report.metrics.e2e.p50);
  });

  it("never has more than maxInFlight in flight, and counts the wait from the schedule", async () => {
    const server = await serverWith({ delayMs: () => 50 });
    const result = await run({
      target: { type: "http", url: server.url },
      load: { mode: "open", arrivals: "constant", rate: 100, maxInFlight: 2 },
      requests: { maxTokens: 1 },
      durationMs: 300,
      warmUpMs: 0,
    });
    const events = result.samples
      .flatMap(({ sentMs, endMs }) => [[sentMs, 1] as const, [endMs, -1] as const])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    let inFlight = 0;
    let most = 0;
    for (const [, step] of events) most = Math.max(most, (inFlight += step));
    expect(most).toBe(2);
    expect(result.report.counts).toMatchObject({ due: 30, completed: 30 });
    expect(result.report.metrics.sendDelay.max).toBeGreaterThan(200);
  });

  it("goodput counts the requests that keep every limit themselves", async () => {
    const server = await serverWith({ delayMs: (n) => (n % 4 === 0 ? 900 : 0) });
    const { report } = await run({
      target: { type: "http", url: server.url },
      load: { mode: "closed", concurrency: 1 },
      requests: { maxTokens: 2 },
      count: 12,
      slo: ["ttft:p50<600ms", "ttft:p99<600ms"],
    });
    expect(report.counts).toMatchObject({ completed: 12, good: 9 });
    expect(report.slo.map(({ isKept }) => isKept)).toEqual([true, false]);
  });

  it("a mix reaches the server by weight, and is told apart in the report", async () => {
    const server = await serverWith();
    const mix = [
      { name: "warm", weight: 3, params: { temperature: 1 } },
      { name: "cold", weight: 1, params: { temperature: 0 } },
    ];
    const { report } = await run({
      target: { type: "http", url: server.url },
      requests: { maxTokens: 1, mix },
      count: 200,
    });
    const cold = server.bodies.filter((body) => body["temperature"] === 0).length;
    expect(cold).toBeGreaterThan(25);
    expect(cold).toBeLessThan(75);
    expect(report.settings["cold"]!.counts.completed).toBe(cold);
    expect(report.settings["warm"]!.counts.completed).toBe(200 - cold);
  });
});

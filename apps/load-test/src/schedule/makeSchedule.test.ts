import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { completeScenario } from "../scenario/completeScenario.ts";
import type { OpenLoad } from "../scenario/scenario.ts";
import { makeSchedule, type Schedule } from "./makeSchedule.ts";
import { planRequests } from "./planRequests.ts";

const directory = mkdtempSync(join(tmpdir(), "tokenmill-trace-"));
afterAll(() => rmSync(directory, { recursive: true }));

const target = { type: "http", url: "http://127.0.0.1:1/v1" };

async function schedule(scenario: Record<string, unknown>): Promise<Schedule> {
  const complete = await completeScenario({ target, ...scenario }, "test");
  return makeSchedule(complete, complete.load as OpenLoad);
}

function trace(...lines: readonly string[]): string {
  const file = join(directory, "trace.ndjson");
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

describe("schedules", () => {
  it("replay a trace from its first entry on, in order, at twice the speed, with its lengths", async () => {
    const file = trace('{"atMs": 3000, "maxTokens": 7}', "", '{"atMs": 1000}', '{"atMs": 1500.5, "promptTokens": 0}');
    const scenario = { load: { mode: "open", trace: { file, speed: 2 } }, requests: { promptTokens: 5, maxTokens: 9 } };
    const { times, entries } = await schedule(scenario);
    expect([...times]).toEqual([0, 250.25, 1000]);
    const plan = await planRequests(await completeScenario({ target, ...scenario }, "test"));
    const lengths = entries!
      .map((entry, index) => plan(index, entry))
      .map(({ promptTokens, maxTokens }) => [promptTokens, maxTokens]);
    expect(lengths).toEqual([
      [5, 9],
      [0, 9],
      [5, 7],
    ]);
  });

  it("of a trace last as long as it, and end at the duration or the count", async () => {
    const file = trace('{"atMs": 0}', '{"atMs": 100}', '{"atMs": 200}');
    const load = { mode: "open", trace: { file } };
    expect((await schedule({ load })).times.length).toBe(3);
    expect((await schedule({ load, durationMs: 150 })).times.length).toBe(2);
    expect((await schedule({ load, count: 1 })).times.length).toBe(1);
  });

  it.each([
    ['{"atMs": -1}', /trace\.ndjson:1: "atMs" expected number ≥ 0, got -1/],
    ['{"maxTokens": 3}', /:1: "atMs" is missing/],
    ['{"atMs": 0, "maxTokens": 0}', /:1: "maxTokens" expected integer ≥ 1, got 0/],
    ['{"at": 0}', /:1: unknown field "at"/],
    ["oops", /:1: expected a JSON object, got "oops"/],
    ["", /has no line/],
  ])("refuse the trace line %s", async (line, message) => {
    const load = { mode: "open", trace: { file: trace(line) } };
    await expect(schedule({ load, durationMs: 1000 })).rejects.toThrow(message);
  });

  it("have bursts at the beginning of each period: 3 periods of 20 + 8 requests", async () => {
    const bursts = { baseRate: 10, peakRate: 100, periodMs: 1000, burstMs: 200 };
    const { times } = await schedule({ load: { mode: "open", arrivals: "constant", bursts }, durationMs: 3000 });
    const counts = [0, 1, 2].map((period) => {
      const inside = [...times].filter((time) => Math.floor((time + 1e-6) / 1000) === period);
      return [inside.filter((time) => (time + 1e-6) % 1000 < 200).length, inside.length];
    });
    for (const [inBurst, all] of counts) {
      expect(Math.abs(inBurst! - 20)).toBeLessThanOrEqual(1);
      expect(Math.abs(all! - 28)).toBeLessThanOrEqual(1);
    }
  });
});

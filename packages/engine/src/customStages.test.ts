/** Custom stages in the engine: by request, beside sequences without them, and over a resume. */
import type { GenerateRequest } from "@tokenmill/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "./engine.ts";
import type { Engine } from "./types.ts";
import type { SequenceSnapshot } from "./snapshot/sequenceSnapshot.ts";
import { collect, hashSource, run, tokensOf } from "./testing/sources.ts";

const module = new URL("./testing/stages.mjs", import.meta.url).href;
const customStages = { upper: module, halve: module };

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ source: hashSource(), workers: 2, slots: 8, inlineRows: 0, seed: 1, customStages });
});
afterAll(() => engine.close());

describe("custom stages", () => {
  it("run in their sequence only", async () => {
    const plain: GenerateRequest = { sequenceId: 1, maxTokens: 6 };
    const alone = await tokensOf(engine, plain);
    const [own, beside] = await Promise.all([
      tokensOf(engine, { sequenceId: 2, maxTokens: 6, chain: ["custom:upper", "custom:halve"] }),
      tokensOf(engine, plain),
    ]);
    expect(beside).toEqual(alone);
    expect(own.every((id) => id >= 32)).toBe(true);
    expect(alone.some((id) => id < 32)).toBe(true);
  });

  it("that throw end their sequence with stage_failed, its neighbours go on", async () => {
    const request: GenerateRequest = { sequenceId: 3, maxTokens: 20, chain: ["custom:upper"] };
    const neighbour = tokensOf(engine, { sequenceId: 4, maxTokens: 20 });
    const { events, error } = await run(engine, request);
    expect(events).toHaveLength(7);
    expect(error).toMatchObject({ code: "stage_failed", index: 7 });
    expect(String(error)).toContain('stage "custom:upper" failed: no seventh token');
    expect(await neighbour).toHaveLength(20);
  });

  it("are in the resume record: an engine with them goes on, one without refuses", async () => {
    const request: GenerateRequest = { sequenceId: 5, maxTokens: 12, chain: ["custom:halve", "topP"], topP: 0.7 };
    const records: SequenceSnapshot[] = [];
    const { events } = await run(engine, request, ({ index }, handle) => {
      if (index === 4) records.push(JSON.parse(JSON.stringify(handle.snapshot())) as SequenceSnapshot);
    });
    expect(records[0]!.params.chain).toEqual(["custom:halve", "topP"]);
    const other = await createEngine({ source: hashSource(), workers: 1, slots: 2, customStages: { halve: module } });
    expect(await collect(other.resume(records[0]!))).toEqual(events.slice(5));
    await other.close();
    const without = await createEngine({ source: hashSource(), workers: 0, slots: 2 });
    await expect(collect(without.resume(records[0]!))).rejects.toThrow('unknown "chain" stage "custom:halve"');
    await without.close();
  });

  it("that the engine does not have are refused by name", async () => {
    await expect(tokensOf(engine, { chain: ["custom:uper"] })).rejects.toThrow('did you mean "custom:upper"?');
  });
});

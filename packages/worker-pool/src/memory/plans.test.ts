import type { SamplingParams } from "@tokenmill/core";
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { PlanCache } from "./plans.ts";

function openCache(arenaBytes = 65_536): { arena: Arena; memory: Uint8Array; cache: PlanCache } {
  const arena = new Arena(64, arenaBytes);
  const memory = new Uint8Array(arenaBytes + 64);
  return { arena, memory, cache: new PlanCache(arena, memory, { vocabSize: 100, maxLogprobs: 5 }) };
}

describe("PlanCache", () => {
  it("has one copy of equal params, in any order of names and with any seed, and frees it after the last release", () => {
    const { arena, cache } = openCache();
    const first = cache.compile({ temperature: 0.5, topK: 3, seed: 1 });
    const second = cache.compile({ topK: 3, seed: 2n, temperature: 0.5 });
    const other = cache.compile({ topK: 4, temperature: 0.5 });
    expect(second.offsetBytes).toBe(first.offsetBytes);
    expect(other.offsetBytes).not.toBe(first.offsetBytes);
    const { usedBytes } = arena;
    first.release();
    first.release();
    expect(arena.usedBytes).toBe(usedBytes);
    const third = cache.compile({ temperature: 0.5, topK: 3 });
    expect(third.offsetBytes).toBe(first.offsetBytes);
    second.release();
    third.release();
    expect(arena.usedBytes).toBeLessThan(usedBytes);
    other.release();
    expect(arena.usedBytes).toBe(0);
  });

  it("keeps params apart that differ in one value only", () => {
    const { cache } = openCache();
    const list: SamplingParams[] = [
      {},
      { temperature: 0 },
      { temperature: 1e-9 },
      { logitBias: { 1: -1 } },
      { logitBias: { 1: Number.NEGATIVE_INFINITY } },
      { logitBias: { 1: -1, 2: -1 } },
      { bannedTokenIds: [1] },
      { allowedTokenIds: [1] },
      { allowedTokenIds: [1, 2] },
      { logprobs: 0 },
      { logprobs: 1 },
      { profile: "llama.cpp" },
    ];
    const plans = list.map((params) => cache.compile(params));
    expect(new Set(plans.map(({ offsetBytes }) => offsetBytes)).size).toBe(list.length);
  });

  it("takes a plan released to the last out of the cache: the same params are compiled anew", () => {
    const { memory, cache } = openCache();
    const plan = cache.compile({ topK: 7, bannedTokenIds: [9] });
    const bytes = memory.slice(plan.offsetBytes, plan.offsetBytes + 128);
    plan.release();
    memory.fill(0);
    const again = cache.compile({ topK: 7, bannedTokenIds: [9] });
    expect(memory.slice(again.offsetBytes, again.offsetBytes + 128)).toEqual(bytes);
  });

  it("refuses bad params by name, and says so when the arena has no room", () => {
    const { arena, cache } = openCache(256);
    expect(() => cache.compile({ topP: 2 })).toThrow('"topP" expected');
    expect(() => cache.compile({ logprobs: 6 })).toThrow('"logprobs" expected integer in [0, 5] (maxLogprobs), got 6');
    const bannedTokenIds = Array.from({ length: 99 }, (_, id) => id);
    expect(() => cache.compile({ bannedTokenIds })).toThrow(/expected room for \d+ bytes .*raise arenaBytes/);
    expect(arena.usedBytes).toBe(0);
  });
});

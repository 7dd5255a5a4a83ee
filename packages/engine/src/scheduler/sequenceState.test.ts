/** What stateful stages remember belongs to one sequence, and a death in the middle does not change it. */
import type { GenerateRequest } from "@tokenmill/core";
import { createPool } from "@tokenmill/worker-pool";
import { expect, it } from "vitest";
import { createEngine } from "../engine.ts";
import { collect, hashSource } from "../testing/sources.ts";

const settings: GenerateRequest[] = [
  { mirostat: 1, mirostatTau: 2, mirostatEta: 0.3 },
  { mirostat: 2, mirostatTau: 3 },
  { adaptiveTarget: 0.4, adaptiveDecay: 0.8, dryMultiplier: 0.8 },
  { temperature: 0.8 },
];
const requests = Array.from(
  { length: 24 },
  (_, sequenceId): GenerateRequest => ({
    sequenceId,
    maxTokens: 40,
    ...settings[sequenceId % settings.length],
  }),
);

/** Token ids of all requests, together. */
async function tokensOf(workers: number, of: readonly GenerateRequest[], kills = 0): Promise<Map<unknown, number[]>> {
  const source = hashSource();
  const pool = await createPool({ source, workers, slots: 5, inlineRows: 0, arenaBytes: 2 ** 20 });
  const engine = await createEngine({ source, pool, seed: 5 });
  const running = of.map(async (request) => {
    const events = await collect(engine.generate(request));
    return [request.sequenceId, events.map(({ tokenId }) => tokenId)] as const;
  });
  for (let kill = 0; kill < kills; kill++) {
    const { tokens } = engine.stats();
    while (engine.stats().tokens < tokens + 50 && engine.stats().open > 0) await new Promise(setImmediate);
    await pool.killWorker(kill % workers);
  }
  const results = new Map(await Promise.all(running));
  if (kills > 0 && pool.stats().workerDeaths === 0) throw new Error("no worker died");
  await engine.close();
  await pool.close();
  return results;
}

it("gives the same tokens alone, mixed, reordered, on workers and through their deaths", async () => {
  const mixed = await tokensOf(0, requests);
  expect(new Set([...mixed.values()].map(String)).size).toBe(requests.length);
  expect(await tokensOf(2, requests.toReversed())).toEqual(new Map([...mixed].toReversed()));
  expect(await tokensOf(2, requests, 4)).toEqual(mixed);
  for (const request of requests.slice(0, 4)) {
    expect(await tokensOf(0, [request])).toEqual(new Map([[request.sequenceId, mixed.get(request.sequenceId)]]));
  }
});

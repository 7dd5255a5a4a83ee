import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmbeddedModel, type EmbeddedModel } from "@tokenmill/embedded-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runScenario, type ScenarioOutcome } from "./runScenario.ts";
import { scenariosFor } from "./scenarios.ts";

const size = { sequences: 300, tokens: 24 };
const [reference, ...scenarios] = scenariosFor(25);

let cacheDir: string;
let source: EmbeddedModel;
let expected: ScenarioOutcome;
beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "tokenmill-determinism-"));
  source = await createEmbeddedModel({ cacheDir });
  expected = await runScenario(source, size, reference);
});
afterAll(() => rm(cacheDir, { recursive: true }));

describe(`${size.sequences} sequences of ${size.tokens} tokens`, () => {
  it("are mostly different ones", () => {
    expect(expected.rows).toBe(size.sequences * size.tokens);
    expect(new Set(expected.digests).size).toBeGreaterThan(0.9 * size.sequences);
  });

  it.each(scenarios)("are bit-identical in scenario $name", async (scenario) => {
    const outcome = await runScenario(source, size, scenario);
    expect(outcome.digests).toEqual(expected.digests);
    expect(outcome.rows).toBeGreaterThanOrEqual(expected.rows);
    expect(outcome.workerDeaths > 0).toBe(scenario.killEveryMs !== undefined);
  });
});

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { completeScenario } from "./completeScenario.ts";
import { readScenario } from "./readScenario.ts";

const directory = fileURLToPath(new URL("../../scenarios", import.meta.url));
const http = { type: "http", url: "http://127.0.0.1:1/v1" };
const pool = { type: "pool" };

describe("scenarios", () => {
  it.each(readdirSync(directory).filter((name) => name.endsWith(".yaml")))("the example %s is valid", async (name) => {
    const scenario = await completeScenario(await readScenario(`${directory}/${name}`), name);
    expect(scenario.durationMs).toBeGreaterThan(1000);
  });

  it("with a target alone are complete", async () => {
    expect(await completeScenario({ target: http }, "x")).toMatchObject({
      load: { mode: "closed", concurrency: 16 },
      durationMs: 20_000,
      warmUpMs: 4000,
      processes: 1,
      requests: { promptTokens: 16, maxTokens: 32 },
    });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["no target", {}, /"target" is missing/],
    ["an unknown target", { target: { type: "htpp" } }, /"target\.type" expected a known type, got "htpp"/],
    ["an unknown field", { target: pool, durationMS: 3 }, /unknown field "durationMS", did you mean "durationMs"\?$/],
    [
      "an unknown field inside",
      { target: { ...http, modle: "x" } },
      /unknown field "target\.modle", did you mean "model"\?$/,
    ],
    [
      "a field of another target",
      { target: { ...http, workers: 2 } },
      /"target\.workers" has no effect with type http$/,
    ],
    [
      "a field of the other loop",
      { target: pool, load: { mode: "closed", concurrency: 2, rate: 4 } },
      /"load\.rate" has no effect with mode closed$/,
    ],
    ["http without an address", { target: { type: "http" } }, /"target\.url" is missing/],
    ["a wrong kind of number", { target: { ...pool, workers: 1.5 } }, /"target\.workers" expected integer, got 1\.5/],
    ["no time", { target: pool, durationMs: 0 }, /"durationMs" expected > 0, got 0/],
    ["no settings", { target: http, requests: { mix: [] } }, /"requests\.mix" expected at least 1 items, got \[\]/],
    [
      "a wrong choice",
      { target: { ...pool, dtype: "f64" } },
      /"target\.dtype" expected one of f32, f16, bf16, got "f64"/,
    ],
    [
      "an unknown law",
      { target: http, requests: { maxTokens: { kind: "zipf" } } },
      /"requests\.maxTokens\.kind" expected a known kind, got "zipf"/,
    ],
    [
      "a law's missing parameter",
      { target: http, requests: { maxTokens: { kind: "normal", mean: 3 } } },
      /"requests\.maxTokens\.deviation" is missing/,
    ],
    [
      "an open loop without a rate",
      { target: http, load: { mode: "open" } },
      /exactly one of rate, profile, bursts and trace, got none/,
    ],
    ["two rates", { target: http, load: { mode: "open", rate: 1, trace: { file: "x" } } }, /got rate and trace/],
    [
      "burstiness without gamma",
      { target: http, load: { mode: "open", rate: 1, burstiness: 2 } },
      /arrivals: gamma only/,
    ],
    ["processes inside the process", { target: pool, processes: 2 }, /"processes" expected 1 for target pool/],
    [
      "cancellations of rows",
      { target: pool, requests: { cancel: { share: 1, afterMs: 1 } } },
      /"requests\.cancel" has an effect on streams only/,
    ],
    [
      "slow readers of whole answers",
      { target: { ...http, stream: false }, requests: { slowReaders: { share: 1, delayMs: 1 } } },
      /streamed answers only/,
    ],
    [
      "a warm-up as long as the run",
      { target: pool, durationMs: 10, warmUpMs: 10 },
      /"warmUpMs" expected less than "durationMs"/,
    ],
    ["a bad limit", { target: pool, slo: ["fast"] }, /"slo" expected a condition/],
    [
      "a vocabulary for the embedded model",
      { target: { type: "engine", source: "embedded", vocabSize: 5 } },
      /"target\.vocabSize" has no effect/,
    ],
    [
      "an unknown source",
      { target: { type: "engine", source: "x" } },
      /"target\.source" expected embedded, synthetic, /,
    ],
    ["threads of no model", { target: { type: "engine", modelThreads: 2 } }, /"target\.modelThreads" has no effect/],
    [
      "rows of a model",
      { target: { type: "engine", model: "x", rows: "flat" } },
      /"target\.rows" has no effect with a/,
    ],
    ["lengths of rows", { target: pool, requests: { maxTokens: 5 } }, /"requests\.maxTokens" has no effect/],
    [
      "usage without a stream",
      { target: { ...http, stream: false, includeUsage: true } },
      /"target\.includeUsage" has no effect/,
    ],
    [
      "prompts with lengths",
      { target: http, requests: { prompts: "x", promptTokens: 3 } },
      /"requests\.promptTokens" has no effect/,
    ],
    ["a setting named twice", { target: pool, requests: { mix: [{ name: "a" }, { name: "a" }] } }, /"a" twice/],
    [
      "weights of another length",
      { target: http, requests: { maxTokens: { kind: "choice", values: [1, 2], weights: [1] } } },
      /expected 2 weights/,
    ],
  ])("refuse %s", async (_, scenario, message) => {
    await expect(completeScenario(scenario, "file.yaml")).rejects.toThrow(message);
    await expect(completeScenario(scenario, "file.yaml")).rejects.toThrow(/^file\.yaml: |^"slo"/);
  });
});

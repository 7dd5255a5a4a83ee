/** Runs a scenario from its raw form. */
import { runScenario, type RunResult } from "../run/runScenario.ts";
import { completeScenario } from "../scenario/completeScenario.ts";

export async function run(scenario: Record<string, unknown>): Promise<RunResult> {
  const complete = await completeScenario(scenario, "test");
  return runScenario(complete, { signal: new AbortController().signal, keepSamples: true });
}

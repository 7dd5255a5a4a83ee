/** Opens what a scenario puts load on. */
import { asUsageAsync } from "@tokenmill/cli";
import type { Scenario } from "../scenario/scenario.ts";
import { NullTarget } from "./inProcess/nullTarget.ts";
import type { Target } from "./target/target.ts";

/** @throws UsageError for options that are out of range. */
export function openTarget(scenario: Scenario): Promise<Target> {
  // Each target's packages are loaded only for it: a test of a remote server needs no kernels.
  return asUsageAsync(async (): Promise<Target> => {
    const { target } = scenario;
    switch (target.type) {
      case "pool":
        return (await import("./inProcess/poolTarget.ts")).PoolTarget.open(target, scenario);
      case "engine":
        return (await import("./inProcess/engineTarget.ts")).EngineTarget.open(target, scenario);
      case "http":
        return (await import("./http/httpTarget.ts")).HttpTarget.open(target, scenario.seed);
      case "logits":
        return (await import("./logits/logitsTarget.ts")).LogitsTarget.open(target, scenario);
      case "null":
        return new NullTarget();
      default:
        return target satisfies never;
    }
  });
}

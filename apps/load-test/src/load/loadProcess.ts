/** One process of load: opens the target, waits for the start, drives, and gives what it recorded. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseLimit } from "../measure/limit.ts";
import type { RecordedData } from "../measure/recorder.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { makeSchedule } from "../schedule/makeSchedule.ts";
import { planRequests } from "../schedule/planRequests.ts";
import { openTarget } from "../targets/openTarget.ts";
import type { Target } from "../targets/target/target.ts";
import { Driver } from "./driver.ts";

export interface LoadProcessOptions {
  readonly scenario: Scenario;
  readonly share: { readonly index: number; readonly of: number };
  readonly sliceMs: number;
  readonly keepSamples: boolean;
}

/** Counters for a progress view. */
export interface Progress {
  readonly inFlight: number;
  readonly completed: number;
  readonly failed: number;
  readonly tokens: number;
}

export interface LoadResult {
  readonly data: RecordedData;
  readonly driver: DriverUsage;
}

/** What the load generator itself used: near one core, or with a blocked event loop, it is the limit itself. */
export interface DriverUsage {
  /** Cores in use over the run; for targets inside the process, theirs too. */
  readonly cores: number;
  readonly eventLoopDelayP99Ms: number;
}

export class LoadProcess {
  readonly target: Target;
  readonly #driver: Driver;

  private constructor(target: Target, driver: Driver) {
    this.target = target;
    this.#driver = driver;
  }

  /** Computes the schedule and opens the target. @throws UsageError */
  static async open({ scenario, share, sliceMs, keepSamples }: LoadProcessOptions): Promise<LoadProcess> {
    const plan = await planRequests(scenario);
    const schedule = scenario.load.mode === "open" ? await makeSchedule(scenario, scenario.load) : undefined;
    const limits = scenario.slo.map((text) => parseLimit(text, "slo", true));
    const target = await openTarget(scenario);
    return new LoadProcess(
      target,
      new Driver({ scenario, target, plan, schedule, share, sliceMs, limits, keepSamples }),
    );
  }

  /** @param startNs `process.hrtime.bigint()` at which time begins: the same clock for all processes of a machine. */
  async run(startNs: bigint, signal: AbortSignal): Promise<LoadResult> {
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const startMs = performance.now() + Number(startNs - process.hrtime.bigint()) / 1e6;
    const cpuBefore = process.cpuUsage();
    const beganMs = performance.now();
    const recorder = await this.#driver.run(startMs, signal);
    const { user, system } = process.cpuUsage(cpuBefore);
    const cores = (user + system) / 1000 / Math.max(1, performance.now() - beganMs);
    delay.disable();
    return { data: recorder.toData(), driver: { cores, eventLoopDelayP99Ms: delay.percentile(99) / 1e6 } };
  }

  progress(): Progress {
    const progress = { inFlight: this.#driver.inFlight, completed: 0, failed: 0, tokens: 0 };
    for (const slice of this.#driver.recorder.slices) {
      progress.completed += slice.completed;
      progress.failed += slice.failed;
      progress.tokens += slice.tokens;
    }
    return progress;
  }

  close(): Promise<void> {
    return this.target.close();
  }
}

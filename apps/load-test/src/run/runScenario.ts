/** A whole run: target opened, load driven, resources watched, report made. */
import type { ConnectionFlags } from "@tokenmill/cli";
import { calibrate } from "../calibrate/calibrate.ts";
import type { Calibration } from "../report/calibration.ts";
import type { Sample } from "../measure/recorder.ts";
import { buildRunReport } from "../report/buildRunReport.ts";
import { machineFacts } from "../report/machineFacts.ts";
import type { RunReport } from "../report/runReport.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Progress } from "../load/loadProcess.ts";
import { openLoadProcesses, startTimeNs } from "../load/loadProcesses.ts";
import { openLoadAgents } from "../load/loadAgents.ts";
import { listenersOf } from "../load/procStat.ts";
import { ResourceWatch } from "../load/resourceWatch.ts";

export interface RunOptions {
  readonly signal: AbortSignal;
  /** Called four times a second. */
  readonly onProgress?: (elapsedMs: number, progress: Progress) => void;
  readonly keepSamples?: boolean;
  /** The load comes from the agents of a cluster. Absent: from this machine. */
  readonly cluster?: ConnectionFlags;
  /** A calibration to print in the report; `true` makes one first. */
  readonly calibration?: Calibration | true;
}

export interface RunResult {
  readonly report: RunReport;
  readonly samples: readonly Sample[];
  /** Agents whose share of the requests is missing, by name. */
  readonly lost: readonly string[];
}

/** @throws UsageError, or Error if the target cannot be opened. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunResult> {
  const { signal, onProgress, keepSamples = false } = options;
  const sliceMs = sliceLength(scenario);
  const machine = machineFacts();
  const settings = { scenario, sliceMs, keepSamples };
  const load = await (options.cluster ? openLoadAgents(settings, options.cluster) : openLoadProcesses(settings));
  try {
    const calibration = options.calibration === true ? await calibrate(scenario, signal) : options.calibration;
    const pids = load.target.pids.length > 0 ? load.target.pids : localPids(scenario);
    const startNs = startTimeNs();
    const startMs = performance.now() + Number(startNs - process.hrtime.bigint()) / 1e6;
    const startedAt = new Date();
    const watch = new ResourceWatch(pids, sliceMs, startMs);
    const timer = setInterval(() => onProgress?.(performance.now() - startMs, load.progress()), 250);
    try {
      const { data, driver } = await load.run(startNs, signal);
      watch.end();
      const resources = watch.samples;
      const report = buildRunReport({
        scenario,
        startedAt,
        machine,
        data,
        driver,
        sliceMs,
        target: load.target,
        resources,
        calibration,
        lost: load.lost,
      });
      return { report, samples: data.samples, lost: load.lost };
    } finally {
      clearInterval(timer);
      watch.end();
    }
  } finally {
    await load.close();
  }
}

/** About eighty slices a run. */
function sliceLength({ durationMs, count }: Scenario): number {
  if (count !== undefined && durationMs >= 3_600_000) return 1000;
  return [50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000].find((ms) => durationMs / ms <= 80) ?? 60_000;
}

/** The processes behind a server on this machine. */
function localPids({ target }: Scenario): readonly number[] {
  if (target.type !== "http" && target.type !== "logits") return [];
  const { hostname, port, protocol } = new URL(target.url);
  if (!["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return [];
  return listenersOf(Number(port) || (protocol === "https:" ? 443 : 80));
}

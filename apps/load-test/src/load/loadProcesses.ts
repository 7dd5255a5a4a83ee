/** Runs the load of a scenario in this process, or in several, and merges what they recorded. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { UsageError } from "@tokenmill/cli";
import { Recorder } from "../measure/recorder.ts";
import {
  type DriverUsage,
  LoadProcess,
  type LoadProcessOptions,
  type LoadResult,
  type Progress,
} from "./loadProcess.ts";
import type { FromChild, ToChild } from "./messages.ts";

/** Time that processes have to see the start message before time begins. */
const startDelayMs = 50;

/** What an opened target says of itself. */
export interface TargetFacts {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly bytesPerToken: number | undefined;
  readonly pids: readonly number[];
}

export interface OpenLoadProcesses {
  readonly target: TargetFacts;
  progress(): Progress;
  /** Processes of other machines that were lost, by name. */
  readonly lost: readonly string[];
  /** Starts all at one time and resolves when the last has ended. @param startNs on `process.hrtime`'s clock. */
  run(startNs: bigint, signal: AbortSignal): Promise<LoadResult>;
  close(): Promise<void>;
}

export function startTimeNs(): bigint {
  return process.hrtime.bigint() + BigInt(startDelayMs * 1e6);
}

/** @throws UsageError, or Error if a process ends before its time. */
export async function openLoadProcesses(options: Omit<LoadProcessOptions, "share">): Promise<OpenLoadProcesses> {
  const { processes } = options.scenario;
  if (processes === 1) {
    const load = await LoadProcess.open({ ...options, share: { index: 0, of: 1 } });
    return {
      target: load.target,
      lost: [],
      progress: () => load.progress(),
      run: (startNs, signal) => load.run(startNs, signal),
      close: () => load.close(),
    };
  }
  const children = Array.from({ length: processes }, () => new LoadChild());
  try {
    const [first] = await Promise.all(
      children.map((child, index) => child.open({ ...options, share: { index, of: processes } })),
    );
    return {
      target: first!,
      lost: [],
      progress: () => sumProgress(children.map((child) => child.progress)),
      run: async (startNs, signal) =>
        mergeResults(options.sliceMs, await Promise.all(children.map((child) => child.run(startNs, signal)))),
      close: async () => void (await Promise.all(children.map((child) => child.end()))),
    };
  } catch (error) {
    await Promise.all(children.map((child) => child.end()));
    throw error;
  }
}

export class LoadChild {
  progress: Progress = { inFlight: 0, completed: 0, failed: 0, tokens: 0 };
  readonly #process: ChildProcess = fork(fileURLToPath(new URL("./childMain.js", import.meta.url)), {
    serialization: "advanced",
  });

  async open(options: LoadProcessOptions): Promise<TargetFacts> {
    const answer = this.#next("ready");
    this.#tell({ type: "open", options });
    return answer;
  }

  async run(startNs: bigint, signal: AbortSignal): Promise<LoadResult> {
    const kill = (): void => void this.#process.kill("SIGKILL");
    signal.addEventListener("abort", kill);
    try {
      const answer = this.#next("result");
      this.#tell({ type: "start", startNs });
      return (await answer).result;
    } finally {
      signal.removeEventListener("abort", kill);
    }
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  #tell(message: ToChild): void {
    this.#process.send(message);
  }

  /** The next message of that type. @throws when the process says it failed, or ends. */
  #next<T extends FromChild["type"]>(type: T): Promise<Extract<FromChild, { type: T }>> {
    return new Promise((resolve, reject) => {
      const settle = (action: () => void): void => {
        this.#process.off("message", onMessage).off("exit", onExit).off("error", reject);
        action();
      };
      const onMessage = (message: FromChild): void => {
        if (message.type === "progress") this.progress = message.progress;
        else if (message.type === "failed")
          settle(() => reject(message.isUsage ? new UsageError(message.message) : new Error(message.message)));
        else if (message.type === type) settle(() => resolve(message as Extract<FromChild, { type: T }>));
      };
      const onExit = (code: number | null, signal: string | null): void =>
        settle(() => reject(new Error(`a load process ended before its time (${signal ?? `exit code ${code}`})`)));
      this.#process.on("message", onMessage).on("exit", onExit).on("error", reject);
    });
  }
}

export function sumProgress(all: readonly Progress[]): Progress {
  return all.reduce((sum, one) => ({
    inFlight: sum.inFlight + one.inFlight,
    completed: sum.completed + one.completed,
    failed: sum.failed + one.failed,
    tokens: sum.tokens + one.tokens,
  }));
}

export function mergeResults(sliceMs: number, results: readonly LoadResult[]): LoadResult {
  const recorder = new Recorder(sliceMs);
  for (const { data } of results) recorder.merge(data);
  const driver: DriverUsage = {
    cores: results.reduce((sum, { driver: { cores } }) => sum + cores, 0),
    eventLoopDelayP99Ms: Math.max(0, ...results.map(({ driver: { eventLoopDelayP99Ms } }) => eventLoopDelayP99Ms)),
  };
  return { data: recorder.toData(), driver };
}

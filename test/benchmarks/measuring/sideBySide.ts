/**
 * Times tasks in turns: every round runs each for a while, with a short run of the yardstick between them, so that all see
 * the same states of the machine and each has a yardstick of its own time.
 */
import { Bench } from "tinybench";

export interface Task {
  /** One call; what it computes must be used. */
  readonly run: () => unknown;
  /** How many rows, or tokens, a call works on. */
  readonly items: number;
}

export interface Times {
  /** Median µs per item, a value each round. */
  readonly values: number[];
  /** Each as a multiple of the mean of the yardstick just before and just after. */
  readonly ratios: number[];
}

/** `BENCH_ROUNDS`; absent: 5. */
export const rounds: number = positiveInteger("BENCH_ROUNDS", 5);
/** `BENCH_TIME_MS`, how long a task runs in a round; absent: 25. */
export const timeMs: number = positiveInteger("BENCH_TIME_MS", 25);

/** Calls of the yardstick that count at least, after one that fetches its rows back into the cache. */
const yardstickCalls = 6;

/** The times of each task, by its name. @throws the error of a task that fails. */
export async function sideBySide(tasks: ReadonlyMap<string, Task>, yardstick: Task): Promise<Map<string, Times>> {
  const times = new Map<string, Times>([...tasks.keys()].map((name) => [name, { values: [], ratios: [] }]));
  const yardstickTime = (): Promise<number> => timeOf(yardstick, timeMs / 4, 0, yardstickCalls);
  await timeOf(yardstick, timeMs, timeMs, yardstickCalls);
  for (let round = 0; round < rounds; round++) {
    let before = await yardstickTime();
    for (const [name, task] of tasks) {
      const micros = await timeOf(task, timeMs, round === 0 ? timeMs : timeMs / 5, 2);
      const after = await yardstickTime();
      times.get(name)!.values.push(micros);
      times.get(name)!.ratios.push((2 * micros) / (before + after));
      before = after;
    }
  }
  return times;
}

async function timeOf({ run, items }: Task, time: number, warmupTime: number, iterations: number): Promise<number> {
  const bench = new Bench({ time, iterations, warmupTime, warmupIterations: 1, throws: true });
  bench.add("task", run);
  const [task] = await bench.run();
  const { result } = task!;
  if (result.state !== "completed") throw new Error(`a task did not complete: it is ${result.state}`);
  return (result.latency.p50 * 1000) / items;
}

function positiveInteger(name: string, absent: number): number {
  const text = process.env[name];
  const value = text === undefined ? absent : Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`"${name}" expected integer ≥ 1, got "${text}"`);
  return value;
}

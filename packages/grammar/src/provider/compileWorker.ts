/** A compile thread: one specification at a time. It may be ended at any moment. */
import { parentPort, workerData } from "node:worker_threads";
import type { GrammarSpec } from "@tokenmill/contracts";
import { Budget } from "../budget/budget.ts";
import {
  type CompileAnswer,
  type CompileTask,
  type CompileThreadSetup,
  faultOf,
  ready,
  signals,
} from "./compileProtocol.ts";
import { compileSpec, newExpressions } from "./compileSpec.ts";
import { shareImage } from "./sharedImage.ts";
import { warmings } from "./warming.ts";

const { settings, isWarm, signals: seen } = workerData as CompileThreadSetup;

/** Nodes of expressions that are kept for the next specification. */
const mostKeptNodes = 300_000;
/** Of all specifications to warm up with: under half a second. */
const warmRounds = 40;
/** Tasks often come one after the other: time without one before the thread warms up further. */
const idleMs = 10;
/** A task waits for so many steps at most. */
const warmClockSteps = 64;
let expressions = newExpressions();
let tasks = 0;
let answeredMs = -idleMs;

function answerTo(spec: string, budget: Budget): CompileAnswer {
  try {
    const parsed = JSON.parse(spec) as GrammarSpec;
    return { image: shareImage(compileSpec(parsed, settings, budget, expressions)) };
  } catch (error) {
    const fault = faultOf(error);
    if (fault.kind === "budget" || fault.kind === "internal") expressions = newExpressions();
    return { error: fault };
  } finally {
    if (expressions.nodes.count > mostKeptNodes) expressions = newExpressions();
  }
}

function budgetOf({ param, timeMs, hurriedMs }: CompileTask): Budget {
  const isWaited = (): boolean => Atomics.load(seen, signals.isWaited) === 1;
  return new Budget(param, { timeMs, unlessWaited: { timeMs: hurriedMs, isWaited } });
}

/** Ends early if a task comes. */
function run(warming: GrammarSpec): void {
  const isWaited = (): boolean => Atomics.load(seen, signals.tasks) !== tasks;
  const limits = { timeMs: 1000, unlessWaited: { timeMs: 0, isWaited }, clockSteps: warmClockSteps };
  answerTo(JSON.stringify(warming), new Budget("warming", limits));
}

/** Runs the code in what time is left, until it is fast. */
function warm(left: number): void {
  if (left === 0) return;
  const restMs = answeredMs + idleMs - performance.now();
  if (restMs > 0) {
    setTimeout(warm, restMs, left);
    return;
  }
  run(warmings[left % warmings.length]!);
  setImmediate(warm, left - 1);
}

parentPort!.on("message", (task: CompileTask) => {
  tasks++;
  parentPort!.postMessage(answerTo(task.spec, budgetOf(task)));
  answeredMs = performance.now();
});
run(warmings[0]!);
parentPort!.postMessage(ready);
if (isWarm) setImmediate(warm, warmRounds * warmings.length);

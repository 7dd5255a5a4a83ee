/** A compile thread: one specification at a time. It may be ended at any moment. */
import { parentPort, workerData } from "node:worker_threads";
import type { GrammarSpec } from "@tokenmill/contracts";
import { Budget } from "../budget/budget.ts";
import { type CompileAnswer, type CompileTask, type CompileThreadSetup, faultOf, ready } from "./compileProtocol.ts";
import { compileSpec, newExpressions } from "./compileSpec.ts";
import { shareImage } from "./sharedImage.ts";
import { warming } from "./warming.ts";

const { settings, isWarm, isWaited } = workerData as CompileThreadSetup;

/** Nodes of expressions that are kept for the next specification. */
const mostKeptNodes = 300_000;
/** About a quarter of a second. */
const warmRounds = 200;
let expressions = newExpressions();

function answerTo({ spec, param, timeMs, hurriedMs }: CompileTask): CompileAnswer {
  try {
    const parsed = JSON.parse(spec) as GrammarSpec;
    const unlessWaited = { timeMs: hurriedMs, isWaited: () => Atomics.load(isWaited, 0) === 1 };
    const budget = new Budget(param, { timeMs, unlessWaited });
    const image = shareImage(compileSpec(parsed, settings, budget, expressions));
    if (expressions.nodes.count > mostKeptNodes) expressions = newExpressions();
    return { image };
  } catch (error) {
    const fault = faultOf(error);
    if (fault.kind !== "type" && fault.kind !== "range") expressions = newExpressions();
    return { error: fault };
  }
}

function runOnce(): void {
  answerTo({ spec: JSON.stringify(warming), param: "jsonSchema", timeMs: 1000, hurriedMs: 1000 });
}

/** Runs the code in what time is left, until it is fast. */
function warm(rounds: number): void {
  if (rounds === 0) return;
  runOnce();
  setImmediate(warm, rounds - 1);
}

parentPort!.on("message", (task: CompileTask) => parentPort!.postMessage(answerTo(task)));
runOnce();
parentPort!.postMessage(ready);
warm(isWarm ? warmRounds : 0);

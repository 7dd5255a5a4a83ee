/** A compile thread: one specification at a time. It may be ended at any moment. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { refusalOf } from "@tokenmill/check";
import type { GrammarSpec, SearchPattern } from "@tokenmill/contracts";
import { Budget } from "../budget/budget.ts";
import { compileSearch } from "../search/compileSearch.ts";
import {
  type CompileAnswer,
  type CompileTask,
  type CompileThreadSetup,
  faultOf,
  ready,
  signals,
  type Specification,
} from "./compileProtocol.ts";
import { compileSpec, newExpressions } from "./compileSpec.ts";
import { compiledSearch, movedBuffers } from "./compiledSearch.ts";
import { firstSpec } from "./firstSpec.ts";
import { shareImage } from "./sharedImage.ts";

const { settings, signals: seen } = workerData as CompileThreadSetup;

/** Nodes of expressions that are kept for the next specification. */
const mostKeptNodes = 300_000;
let expressions = newExpressions();

function answerTo({ kind, spec, param }: Specification, budget: Budget): CompileAnswer {
  try {
    const parsed: unknown = JSON.parse(spec);
    if (kind === "grammar") {
      return { image: shareImage(compileSpec(parsed as GrammarSpec, settings, budget, expressions)) };
    }
    return { image: compiledSearch(compileSearch(parsed as SearchPattern[], { param, budget, expressions })) };
  } catch (error) {
    const fault = kind === "search" ? { ...faultOf(error), param: refusalOf(error)?.parameter } : faultOf(error);
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

answerTo({ kind: "grammar", spec: JSON.stringify(firstSpec), param: "first" }, new Budget("first", { timeMs: 1000 }));
parentPort!.postMessage(ready);
// by a futex it wakes sooner than by its event loop
for (;;) {
  const tasks = Atomics.load(seen, signals.tasks);
  const received: { readonly message: CompileTask } | undefined = receiveMessageOnPort(parentPort!);
  if (received) {
    const answer = answerTo(received.message, budgetOf(received.message));
    parentPort!.postMessage(answer, movedBuffers(answer.image));
  } else Atomics.wait(seen, signals.tasks, tasks);
}

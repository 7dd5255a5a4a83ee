/** A compile thread: one specification at a time. It may be ended at any moment. */
import { parentPort, workerData } from "node:worker_threads";
import type { GrammarSpec } from "@tokenmill/contracts";
import { Budget } from "../budget/budget.ts";
import { type CompileAnswer, type CompileSetup, type CompileTask, faultOf } from "./compileProtocol.ts";
import { compileSpec, newExpressions } from "./compileSpec.ts";
import { shareImage } from "./sharedImage.ts";

const { settings } = workerData as CompileSetup;
/** What the code is run with once, so that the first to wait finds it compiled. */
const warming: GrammarSpec = {
  jsonSchema: { type: "object", properties: { a: { type: "integer" }, b: { type: "string", maxLength: 9 } } },
};

/** Nodes of expressions that are kept for the next specification. */
const mostKeptNodes = 300_000;
let expressions = newExpressions();

function answerTo({ spec, param, timeMs }: CompileTask): CompileAnswer {
  try {
    const parsed = JSON.parse(spec) as GrammarSpec;
    const image = shareImage(compileSpec(parsed, settings, new Budget(param, { timeMs }), expressions));
    if (expressions.nodes.count > mostKeptNodes) expressions = newExpressions();
    return { image };
  } catch (error) {
    const fault = faultOf(error);
    if (fault.kind === "budget" || fault.kind === "internal") expressions = newExpressions();
    return { error: fault };
  }
}

answerTo({ spec: JSON.stringify(warming), param: "jsonSchema", timeMs: 1000 });
parentPort!.on("message", (task: CompileTask) => parentPort!.postMessage(answerTo(task)));

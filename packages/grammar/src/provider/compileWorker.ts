/** A compile thread: one specification at a time. It may be ended at any moment. */
import { parentPort, workerData } from "node:worker_threads";
import type { GrammarSpec } from "@tokenmill/core";
import { Budget } from "../budget/budget.ts";
import { type CompileAnswer, type CompileSetup, type CompileTask, faultOf } from "./compileProtocol.ts";
import { compileSpec } from "./compileSpec.ts";
import { shareImage } from "./sharedImage.ts";

const { settings } = workerData as CompileSetup;
/** What the code is run with once, so that the first to wait finds it compiled. */
const warming: GrammarSpec = {
  jsonSchema: { type: "object", properties: { a: { type: "integer" }, b: { type: "string", maxLength: 9 } } },
};

function answerTo({ spec, param, timeMs }: CompileTask): CompileAnswer {
  try {
    const parsed = JSON.parse(spec) as GrammarSpec;
    return { image: shareImage(compileSpec(parsed, settings, new Budget(param, { timeMs }))) };
  } catch (error) {
    return { error: faultOf(error) };
  }
}

answerTo({ spec: JSON.stringify(warming), param: "jsonSchema", timeMs: 1000 });
parentPort!.on("message", (task: CompileTask) => parentPort!.postMessage(answerTo(task)));

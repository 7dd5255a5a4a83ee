/** The thread that owns the session: a run blocks this thread alone. */
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "@tokenmill/check";
import { graphFacts } from "../session/graphFacts.ts";
import { GraphRunner } from "../session/graphRunner.ts";
import type { KvCache } from "../session/kvCache.ts";
import { MovedCache } from "../session/movedCache.ts";
import type { InferenceSession, OnnxRuntime } from "../session/runtime.ts";
import { SharedCache } from "../session/sharedCache.ts";
import { usesGroupQuery } from "../session/usesGroupQuery.ts";
import type { Answer, Request, ThreadData } from "./messages.ts";

const port = parentPort!;
const answer = (message: Answer): void => port.postMessage(message);
const { runtimePath, graphPath, sequences, contextTokens, threads } = workerData as ThreadData;
/** Nothing but what ends the process is printed: errors are thrown. */
const fatalOnly = 4;

async function open(): Promise<{ session: InferenceSession; cache: KvCache }> {
  const runtime = createRequire(import.meta.url)(runtimePath) as OnnxRuntime;
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: fatalOnly };
  const session = await runtime.InferenceSession.create(graphPath, options);
  const facts = graphFacts(session);
  const runner = new GraphRunner(runtime, session, facts);
  const form = (await usesGroupQuery(graphPath)) ? "shared" : "moved";
  const cache =
    form === "shared" ? new SharedCache(runner, { sequences, contextTokens }) : new MovedCache(runner, sequences);
  answer({ kind: "ready", vocabSize: facts.vocabSize, form });
  return { session, cache };
}

/** What slots hold is nobody's to know after a failure of `truncate` or `fork`: that ends the thread. */
async function handle(request: Request, { session, cache }: { session: InferenceSession; cache: KvCache }) {
  switch (request.kind) {
    case "step":
      return answerTo(() => cache.step(request.items));
    case "truncate":
      return cache.truncate(request.slot, request.length);
    case "fork":
      return cache.fork(request.from, request.to, request.length);
    case "close":
      await answerTo(() => session.release());
      return port.close();
    default:
      return request satisfies never;
  }
}

async function answerTo(work: () => Promise<void>): Promise<void> {
  try {
    await work();
    answer({ kind: "done" });
  } catch (error) {
    answer({ kind: "failed", message: messageOf(error) });
  }
}

try {
  const opened = await open();
  let last: Promise<void> = Promise.resolve();
  port.on("message", (request: Request) => {
    last = last.then(() => handle(request, opened));
  });
} catch (error) {
  answer({ kind: "failed", message: messageOf(error) });
}

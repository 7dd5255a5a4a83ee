/** The thread that owns the grammar, so that the page stays smooth while one is compiled. */
import { messageOf } from "@tokenmill/check";
import type { GrammarReply, GrammarRequest, GrammarStep } from "./messages.ts";
import { GrammarSession } from "./session.ts";

let session: GrammarSession | undefined;

async function answer(request: GrammarRequest): Promise<GrammarStep | number | undefined> {
  if (request.type === "vocabulary") {
    session = await GrammarSession.open(request.texts);
    return undefined;
  }
  if (!session) throw new Error("there is no vocabulary yet");
  if (request.type === "step") return session.step(request);
  if (request.type === "draw") return session.draw(request);
  session.compile(request.plan);
  return undefined;
}

/** Requests are answered one by one, in order. */
let last: Promise<void> = Promise.resolve();

self.addEventListener("message", ({ data }: MessageEvent<GrammarRequest>) => {
  last = last.then(async () => {
    let reply: GrammarReply;
    try {
      reply = { type: "done", result: await answer(data) };
    } catch (error) {
      reply = { type: "failed", message: messageOf(error) };
    }
    self.postMessage(reply);
  });
});

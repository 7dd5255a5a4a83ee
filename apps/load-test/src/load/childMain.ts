/** A load process of its own, told what to do over the channel to its parent. */
import { messageOf, UsageError } from "@tokenmill/cli";
import { LoadProcess } from "./loadProcess.ts";
import type { FromChild, ToChild } from "./messages.ts";

let load: LoadProcess | undefined;
const tell = (message: FromChild): void => void process.send!(message);

process.on("disconnect", () => process.exit());
// The parent ends us after a clean stop.
process.on("SIGINT", () => undefined);
process.on("message", (message: ToChild) => {
  handle(message).catch((error: unknown) =>
    tell({ type: "failed", message: messageOf(error), isUsage: error instanceof UsageError }),
  );
});

async function handle(message: ToChild): Promise<void> {
  if (message.type === "open") {
    load = await LoadProcess.open(message.options);
    const { facts, bytesPerToken, pids } = load.target;
    return tell({ type: "ready", facts, bytesPerToken, pids });
  }
  const running = load!;
  const timer = setInterval(() => tell({ type: "progress", progress: running.progress() }), 250);
  try {
    const result = await running.run(message.startNs, new AbortController().signal);
    await running.close();
    tell({ type: "result", result });
  } finally {
    clearInterval(timer);
  }
}

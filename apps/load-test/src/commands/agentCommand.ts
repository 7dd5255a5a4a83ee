/** `tokenmill-load agent`: waits for the load tests of a cluster, and makes its share of each. */
import {
  addConnectionFlags,
  type ConnectionFlags,
  connectionOf,
  Interrupt,
  messageOf,
  UsageError,
} from "@tokenmill/cli";
import { Command } from "commander";
import { agentKind, loadClusterPackage, type ToAgent } from "../load/loadAgents.ts";
import { LoadChild, startTimeNs } from "../load/loadProcesses.ts";
import type { FromChild } from "../load/messages.ts";

const progressMs = 250;

export function agentCommand(): Command {
  const command = new Command("agent")
    .summary("wait for load tests of a cluster, and make a share of each")
    .description(
      "Waits for tokenmill-load run --cluster, and makes a share of its load in a process of its own, until it is ended.",
    )
    .requiredOption("--cluster <urls>", "NATS servers: nats://host:4222, with commas");
  return addConnectionFlags(command).action((flags: ConnectionFlags) => run(flags));
}

async function run(flags: ConnectionFlags): Promise<void> {
  const { joinAsAgent } = await loadClusterPackage();
  const interrupt = new Interrupt();
  let child: LoadChild | undefined;
  const tell = (message: FromChild): void => agent.send(JSON.stringify(message));
  const handle = async (message: ToAgent): Promise<void> => {
    if (message.type === "open") {
      child = new LoadChild();
      const { facts, bytesPerToken, pids } = await child.open(message.options);
      const { index, of } = message.options.share;
      process.stdout.write(`share ${index + 1} of ${of}\n`);
      return tell({ type: "ready", facts, bytesPerToken, pids });
    }
    const running = child!;
    const timer = setInterval(() => tell({ type: "progress", progress: running.progress }), progressMs);
    try {
      tell({ type: "result", result: await running.run(startTimeNs(), interrupt.signal) });
    } finally {
      clearInterval(timer);
    }
  };
  const agent = await joinAsAgent(connectionOf(flags), agentKind, {
    onMessage(message) {
      handle(JSON.parse(message as string) as ToAgent).catch((error: unknown) => {
        // An agent that a signal ends is lost; the others' shares count.
        if (interrupt.signal.aborted) return;
        tell({ type: "failed", message: messageOf(error), isUsage: error instanceof UsageError });
      });
    },
    onEnd() {
      void child?.end();
      child = undefined;
    },
  });
  process.stdout.write(`agent ${agent.host}:${agent.pid} waits\n`);
  await new Promise<void>((resolve) => {
    if (interrupt.signal.aborted) resolve();
    else interrupt.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await child?.end();
  await agent.close();
  interrupt.dispose();
}

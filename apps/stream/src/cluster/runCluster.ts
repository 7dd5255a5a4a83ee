/** `tokenmill cluster` from flags to text. */
import { setTimeout as sleep } from "node:timers/promises";
import { loadOptional } from "@tokenmill/check";
import { type ConnectionFlags, connectionOf, Interrupt, printJson } from "@tokenmill/cli";
import type { ClusterState, ClusterView } from "@tokenmill/cluster";
import { inFlags } from "./clusterError.ts";
import { statusText } from "./statusText.ts";

const everyMs = 1000;
const clearScreen = "\u001B[2J\u001B[H";

export async function status(flags: ConnectionFlags & { json?: true }): Promise<void> {
  await withView(flags, async (view) => {
    const state: ClusterState = await view.state();
    if (flags.json) await printJson(state);
    else process.stdout.write(statusText(state));
  });
}

export async function top(flags: ConnectionFlags): Promise<void> {
  const interrupt = new Interrupt();
  try {
    await withView(flags, async (view) => {
      while (!interrupt.signal.aborted) {
        const text = statusText(await view.state());
        process.stdout.write(process.stdout.isTTY ? clearScreen + text : `${text}\n`);
        await sleep(everyMs, undefined, { signal: interrupt.signal }).catch(() => undefined);
      }
    });
  } finally {
    interrupt.dispose();
  }
}

export async function drain(ids: readonly string[], flags: ConnectionFlags): Promise<void> {
  await withView(flags, (view) => view.drain(ids));
}

async function withView(flags: ConnectionFlags, work: (view: ClusterView) => Promise<void>): Promise<void> {
  const { viewCluster } = await loadOptional('"--cluster"', ["@tokenmill/cluster"], () => import("@tokenmill/cluster"));
  const view = await inFlags(() => viewCluster(connectionOf(flags)));
  try {
    await work(view);
  } finally {
    await view.close();
  }
}

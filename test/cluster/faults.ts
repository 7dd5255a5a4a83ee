/** What may happen to a cluster: each fault ends by itself, and leaves it whole. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Links } from "./link.ts";
import { type NatsServer, type NodeOptions, NodeProcess } from "./processes.ts";

export type Fault =
  | "killNode"
  | "drainNode"
  | "holdNode"
  | "cutNode"
  | "cutGateway"
  | "killNats"
  | "holdNats"
  | "killAllNats";

/** A node process and its links to the NATS servers. */
interface LinkedNode {
  process: NodeProcess;
  readonly links: Links;
}

export interface World {
  readonly servers: readonly NatsServer[];
  readonly nodes: readonly LinkedNode[];
  readonly gatewayLinks: readonly Links[];
  readonly nodeOptions: Omit<NodeOptions, "servers">;
  /** About how long something is cut off or held still. */
  readonly outageMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** As a supervisor does: started again where NATS is not there yet. */
export async function startNode({ nodeOptions }: Pick<World, "nodeOptions">, links: Links): Promise<NodeProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await NodeProcess.start({ ...nodeOptions, servers: links.urls });
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(250);
    }
  }
}

/** Resolves when what was killed is there again; what is held or cut comes back later. */
export async function disturb(world: World, fault: Fault): Promise<void> {
  const { servers, nodes, gatewayLinks, random } = world;
  const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const outageMs = world.outageMs * (0.5 + random());
  switch (fault) {
    case "killNode":
    case "drainNode": {
      const node = oneOf(nodes);
      await node.process.kill(fault === "killNode" ? "SIGKILL" : "SIGTERM");
      node.process = await startNode(world, node.links);
      return;
    }
    case "holdNode":
      return hold(oneOf(nodes).process, outageMs);
    case "holdNats":
      return hold(oneOf(servers), outageMs);
    case "cutNode":
      return cut(oneOf(nodes).links, outageMs);
    case "cutGateway":
      return cut(oneOf(gatewayLinks), outageMs);
    case "killNats":
    case "killAllNats": {
      const killed = fault === "killNats" ? [oneOf(servers)] : servers;
      await Promise.all(killed.map((server) => server.kill()));
      await sleep(fault === "killNats" ? 200 : outageMs);
      await Promise.all(killed.map((server) => server.restart()));
      return;
    }
    default:
      return fault satisfies never;
  }
}

/** As a machine that is suspended. */
function hold(process: Pick<NatsServer, "signal">, outageMs: number): void {
  process.signal("SIGSTOP");
  setTimeout(() => process.signal("SIGCONT"), outageMs);
}

function cut(links: Links, outageMs: number): void {
  links.cut();
  setTimeout(() => links.heal(), outageMs);
}

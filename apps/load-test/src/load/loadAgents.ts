/** Runs the load of a scenario on the agents of a cluster, a share each, and merges what they recorded. */
import { loadOptional } from "@tokenmill/check";
import { type ConnectionFlags, connectionOf, UsageError } from "@tokenmill/cli";
import type { AgentFacts, Agents } from "@tokenmill/cluster/internal";
import type { LoadProcessOptions, LoadResult, Progress } from "./loadProcess.ts";
import { mergeResults, type OpenLoadProcesses, sumProgress, type TargetFacts } from "./loadProcesses.ts";
import type { FromChild } from "./messages.ts";

/** Work that agents of a cluster are asked for. */
export const agentKind = "load";

/** What agents are told, as JSON. */
export type ToAgent = { readonly type: "open"; readonly options: LoadProcessOptions } | { readonly type: "start" };

/** The parts of the cluster's package that loads need. */
export function loadClusterPackage(): Promise<typeof import("@tokenmill/cluster/internal")> {
  return loadOptional('"--cluster"', ["@tokenmill/cluster"], () => import("@tokenmill/cluster/internal"));
}

/** @throws UsageError where no agent waits; Error if one cannot open the target */
export async function openLoadAgents(
  options: Omit<LoadProcessOptions, "share">,
  flags: ConnectionFlags,
): Promise<OpenLoadProcesses> {
  const { gatherAgents } = await loadClusterPackage();
  const agents = await gatherAgents(connectionOf(flags), agentKind);
  const lost: string[] = [];
  const members = agents.members.map((facts) => new Member(agents, facts));
  agents.onMessage = (id, message) => find(members, id)?.receive(JSON.parse(message as string) as FromChild);
  agents.onLost = (id) => {
    const member = find(members, id);
    if (!member) return;
    lost.push(member.name);
    member.lose();
  };
  try {
    if (members.length === 0) {
      throw new UsageError("no agent waits for a load: start tokenmill-load agent --cluster … on some machines");
    }
    const of = members.length;
    const targets = await Promise.all(
      members.map((member, index) => member.open({ ...options, share: { index, of } })),
    );
    const target = targets.find((each) => each !== undefined);
    if (!target) throw new Error(`all agents were lost: ${lost.join(", ")}`);
    return {
      // Processes of other machines are not to be watched here.
      target: { ...target, pids: [] },
      lost,
      progress: () => sumProgress(members.map((member) => member.progress)),
      async run(_startNs, signal) {
        const leave = (): void => {
          for (const member of members) member.lose();
        };
        signal.addEventListener("abort", leave);
        try {
          const results = await Promise.all(members.map((member) => member.run()));
          signal.throwIfAborted();
          return mergeResults(
            options.sliceMs,
            results.filter((result) => result !== undefined),
          );
        } finally {
          signal.removeEventListener("abort", leave);
        }
      },
      close: () => agents.close(),
    };
  } catch (error) {
    await agents.close();
    throw error;
  }
}

function find(members: readonly Member[], id: string): Member | undefined {
  return members.find((member) => member.id === id);
}

/** One agent; what it is asked for is undefined once it is lost. */
class Member {
  readonly id: string;
  /** For people. */
  readonly name: string;
  progress: Progress = { inFlight: 0, completed: 0, failed: 0, tokens: 0 };
  readonly #agents: Agents;
  #isLost = false;
  #settle: ((answer: FromChild | undefined) => void) | undefined;

  constructor(agents: Agents, { id, host, pid }: AgentFacts) {
    this.#agents = agents;
    this.id = id;
    this.name = `agent ${host}:${pid}`;
  }

  async open(options: LoadProcessOptions): Promise<TargetFacts | undefined> {
    const answer = await this.#ask({ type: "open", options });
    return answer?.type === "ready" ? answer : undefined;
  }

  async run(): Promise<LoadResult | undefined> {
    const answer = await this.#ask({ type: "start" });
    return answer?.type === "result" ? answer.result : undefined;
  }

  receive(message: FromChild): void {
    if (message.type === "progress") this.progress = message.progress;
    else this.#settle?.(message);
  }

  lose(): void {
    this.#isLost = true;
    this.#settle?.(undefined);
  }

  /** @throws what the agent says went wrong */
  async #ask(message: ToAgent): Promise<FromChild | undefined> {
    if (this.#isLost) return undefined;
    const answer = new Promise<FromChild | undefined>((resolve) => (this.#settle = resolve));
    this.#agents.send(this.id, JSON.stringify(message));
    const given = await answer;
    if (given?.type === "failed") {
      const text = `${this.name}: ${given.message}`;
      throw given.isUsage ? new UsageError(text) : new Error(text);
    }
    return given;
  }
}

/**
 * Holds what happened against what must have: each client's events against the run of one engine alone, and each log against
 * its own law, that batches follow each other without a gap or an overlap, and that claims only ever grow.
 */
import { inspect, isDeepStrictEqual } from "node:util";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { clusterNames, decode, type LogEntry } from "@tokenmill/cluster/internal";
import type { TokenEvent } from "@tokenmill/core";

/** What one client received: a list for each connection that it had, in order. */
export interface History {
  readonly name: string;
  readonly connections: readonly (readonly TokenEvent[])[];
  readonly error?: unknown;
}

const withoutId = ({ sequenceId: _id, ...event }: TokenEvent): Omit<TokenEvent, "sequenceId"> => event;

/** Events that are lost, doubled, changed or out of order; empty: none. */
export function clientViolations({ name, connections, error }: History, offline: readonly TokenEvent[]): string[] {
  if (error !== undefined) return [`${name}: failed with ${inspect(error)}`];
  const violations: string[] = [];
  for (const [number, events] of connections.entries()) {
    events.forEach((event, i) => {
      const expected = offline[i];
      if (expected && isDeepStrictEqual(withoutId(event), withoutId(expected))) return;
      violations.push(`${name}: event ${i} of connection ${number} is ${JSON.stringify(event)}`);
    });
  }
  const last = connections.at(-1)?.length ?? 0;
  if (last !== offline.length) violations.push(`${name}: ended after ${last} of ${offline.length} events`);
  return violations;
}

/** What is wrong with the logs of a cluster; empty: nothing. */
export async function logViolations(server: string, clusterName: string): Promise<string[]> {
  return (await readLogs(server, clusterName)).violations;
}

/** The last entry of each log. */
export async function logTails(server: string, clusterName: string): Promise<LogEntry[]> {
  return [...(await readLogs(server, clusterName)).standings.values()];
}

/** As servers that are killed may: nothing waits, and nothing is claimed. */
export async function forgetWork(server: string, clusterName: string): Promise<void> {
  const nc = await connect({ servers: server });
  await (await jetstreamManager(nc)).streams.purge(clusterNames(clusterName).workStream);
  await nc.close();
}

/** NATS answers, and takes no entry of a log that is longer. @param mostBytes of an entry; −1: any */
export async function limitEntries(server: string, clusterName: string, mostBytes: number): Promise<void> {
  const nc = await connect({ servers: server });
  const { streams } = await jetstreamManager(nc);
  await streams.update(clusterNames(clusterName).logStream, { max_msg_size: mostBytes });
  await nc.close();
}

/** As another model's process does that comes first to a NATS server that has lost its store. */
export async function beginAnew(server: string, clusterName: string, identity: string): Promise<void> {
  const nc = await connect({ servers: server });
  const { metaBucket, nodesBucket } = clusterNames(clusterName);
  await jetstream(nc).publish(`$KV.${metaBucket}.identity`, JSON.stringify({ identity, description: identity }));
  await (await jetstreamManager(nc)).streams.delete(`KV_${nodesBucket}`);
  await nc.close();
}

async function readLogs(
  server: string,
  clusterName: string,
): Promise<{ violations: string[]; standings: Map<string, LogEntry> }> {
  const nc = await connect({ servers: server });
  const violations: string[] = [];
  const standings = new Map<string, LogEntry>();
  try {
    const { logStream } = clusterNames(clusterName);
    const jsm = await jetstreamManager(nc);
    const { state } = await jsm.streams.info(logStream);
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await jsm.streams.getMessage(logStream, { seq }).catch(() => undefined);
      if (!message) continue;
      const entry = decode<LogEntry>(message.data);
      const name = message.subject.split(".").at(-1)!;
      violations.push(...entryViolations(name, entry, standings.get(name)));
      standings.set(name, entry);
    }
  } finally {
    await nc.close();
  }
  return { violations, standings };
}

function entryViolations(name: string, entry: LogEntry, before: LogEntry | undefined): string[] {
  const violations: string[] = [];
  const { epoch = 0, position = 0, status = "open" } = before ?? {};
  if (entry.epoch < epoch) violations.push(`${name}: claim ${entry.epoch} writes after claim ${epoch}`);
  const first = entry.tokens?.first ?? entry.position;
  if (first !== position) violations.push(`${name}: a batch begins at ${first} behind ${position}`);
  const end = first + (entry.tokens?.tokenIds.length ?? 0);
  if (end !== entry.position) violations.push(`${name}: a batch ends at ${end}, and says ${entry.position}`);
  if (status === "finished" || status === "failed") violations.push(`${name}: an entry behind its end`);
  return violations;
}

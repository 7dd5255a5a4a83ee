/**
 * Processes that wait for work which is no sequence, such as a load test's share, and the one that gives it to them: over core
 * NATS, each heard at least twice a second, so that one that is gone is missed.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/transport-node";
import { checkOptions } from "@tokenmill/check";
import { connectNats } from "../connection/connection.ts";
import { hear } from "../connection/hear.ts";
import { checkConnection, connectionOptionNames, type ConnectionOptions } from "../connection/connectionOptions.ts";
import { ClusterError } from "../errors.ts";
import { reached } from "../log/append.ts";
import { decode, encode } from "../wire/codec.ts";

/** Who does the work. */
export interface AgentFacts {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

/** An agent's side. */
export interface Agent extends AgentFacts {
  /** To the one that gave the work; to nobody once that one is gone. */
  send(message: unknown): void;
  close(): Promise<void>;
}

/** The side that gives work. */
export interface Agents {
  /** Those that were idle. */
  readonly members: readonly AgentFacts[];
  send(id: string, message: unknown): void;
  /** Called with what agents send. */
  onMessage: (id: string, message: unknown) => void;
  /** Called once for an agent that was not heard for three seconds, or left. */
  onLost: (id: string) => void;
  close(): Promise<void>;
}

export interface AgentWork {
  onMessage(message: unknown): void;
  /** The one that gave the work is gone, or needs nothing more. */
  onEnd(): void;
}

const beatMs = 500;
const lostMs = 3000;
const gatherMs = 700;
/** Of a message, below what NATS takes; longer ones go in parts. */
const partBytes = 2 ** 19;

interface Envelope {
  readonly from: string;
  readonly kind: "call" | "here" | "beat" | "end" | "message";
  readonly facts?: AgentFacts;
  /** Part `at` of `of`, of an encoded message. */
  readonly part?: { readonly at: number; readonly of: number; readonly bytes: Uint8Array };
}

/** @throws TypeError, RangeError for bad options; ClusterError `cluster_unavailable`, `cluster_unauthorized` */
export async function joinAsAgent(options: ConnectionOptions, kind: string, work: AgentWork): Promise<Agent> {
  const { nc, subjectOf } = await connect(options, kind);
  const facts: AgentFacts = { id: randomBytes(6).toString("hex"), host: hostname(), pid: process.pid };
  const channel = new Channel(nc, facts.id);
  let giver = "";
  let heardMs = 0;
  const end = (): void => {
    if (giver === "") return;
    giver = "";
    work.onEnd();
  };
  const receive = (envelope: Envelope): void => {
    const { from, kind: what } = envelope;
    if (what === "call" && giver === "") channel.send(subjectOf(from), { kind: "here", facts });
    if (what === "call" || (giver !== "" && giver !== from)) return;
    heardMs = performance.now();
    if (what === "end") return end();
    giver = from;
    channel.receive(envelope, (message) => work.onMessage(message));
  };
  for (const subject of [subjectOf(facts.id), subjectOf("all")]) await channel.subscribe(subject, receive);
  const timer = setInterval(() => {
    if (giver === "") return;
    channel.send(subjectOf(giver), { kind: "beat" });
    if (performance.now() - heardMs > lostMs) end();
  }, beatMs);
  return {
    ...facts,
    send(message) {
      if (giver !== "") channel.sendMessage(subjectOf(giver), message);
    },
    async close() {
      clearInterval(timer);
      if (giver !== "") channel.send(subjectOf(giver), { kind: "end" });
      await nc.drain();
    },
  };
}

/** Calls agents, and takes those that answer. @throws as `joinAsAgent` */
export async function gatherAgents(options: ConnectionOptions, kind: string): Promise<Agents> {
  const { nc, subjectOf } = await connect(options, kind);
  const id = randomBytes(6).toString("hex");
  const channel = new Channel(nc, id);
  const members: AgentFacts[] = [];
  const heardMs = new Map<string, number>();
  let isGathering = true;
  const lose = (agent: string): void => {
    if (heardMs.delete(agent)) agents.onLost(agent);
  };
  await channel.subscribe(subjectOf(id), (envelope) => {
    const { from, kind: what, facts } = envelope;
    if (what === "here" && facts && isGathering) members.push(facts);
    if (isGathering || !heardMs.has(from)) return;
    heardMs.set(from, performance.now());
    if (what === "end") lose(from);
    else channel.receive(envelope, (message) => agents.onMessage(from, message));
  });
  channel.send(subjectOf("all"), { kind: "call" });
  await sleep(gatherMs);
  isGathering = false;
  members.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const member of members) heardMs.set(member.id, performance.now());
  const timer = setInterval(() => {
    for (const [agent, ms] of heardMs) {
      channel.send(subjectOf(agent), { kind: "beat" });
      if (performance.now() - ms > lostMs) lose(agent);
    }
  }, beatMs);
  for (const member of members) channel.send(subjectOf(member.id), { kind: "beat" });
  const agents: Agents = {
    members,
    send: (agent, message) => channel.sendMessage(subjectOf(agent), message),
    onMessage: () => {},
    onLost: () => {},
    async close() {
      clearInterval(timer);
      for (const { id: agent } of members) channel.send(subjectOf(agent), { kind: "end" });
      await nc.drain();
    },
  };
  return agents;
}

async function connect(
  options: ConnectionOptions,
  kind: string,
): Promise<{ nc: NatsConnection; subjectOf: (id: string) => string }> {
  checkOptions("options", options, connectionOptionNames, "cluster option");
  const name = checkConnection(options);
  const { nc } = await connectNats(options);
  return { nc, subjectOf: (id) => `tokenmill.${name}.v1.${kind}.${id}` };
}

/** Messages of any length to subjects, and from them. */
class Channel {
  readonly #nc: NatsConnection;
  readonly #id: string;
  readonly #parts: Map<string, Uint8Array[]> = new Map();

  constructor(nc: NatsConnection, id: string) {
    this.#nc = nc;
    this.#id = id;
  }

  /** @throws ClusterError `cluster_unauthorized` where NATS does not let the process hear it, `cluster_unavailable`; then the connection is closed */
  async subscribe(subject: string, listener: (envelope: Envelope) => void): Promise<void> {
    let refusal: Error | undefined;
    hear(this.#nc, subject, listener, (error) => (refusal = error));
    // What NATS says of the subscription comes before its answer to the flush.
    try {
      await reached(this.#nc.flush());
      if (refusal) throw new ClusterError("cluster_unauthorized", refusal.message, { cause: refusal });
    } catch (error) {
      await this.#nc.close();
      throw error;
    }
  }

  send(subject: string, envelope: Omit<Envelope, "from">): void {
    if (!this.#nc.isClosed()) this.#nc.publish(subject, encode({ from: this.#id, ...envelope }));
  }

  sendMessage(subject: string, message: unknown): void {
    const bytes = encode(message);
    const of = Math.max(1, Math.ceil(bytes.length / partBytes));
    for (let at = 0; at < of; at++) {
      const part = { at, of, bytes: bytes.subarray(at * partBytes, (at + 1) * partBytes) };
      this.send(subject, { kind: "message", part });
    }
  }

  /** Calls back with a message that is whole with this part of it; those of one sender come in order. */
  receive({ from, part }: Envelope, listener: (message: unknown) => void): void {
    if (!part) return;
    const parts = part.at === 0 ? [] : (this.#parts.get(from) ?? []);
    parts.push(part.bytes);
    if (parts.length < part.of) this.#parts.set(from, parts);
    else {
      this.#parts.delete(from);
      listener(decode(Buffer.concat(parts)));
    }
  }
}

/** Joins a cluster: this process makes sequences of others, and has its own made by any. */
import { randomBytes } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { BatchAnswers, BatchItem, GenerateRequest } from "@tokenmill/core";
import type { TokenObserver } from "@tokenmill/engine";
import { BatchPart } from "./batch/batchPart.ts";
import type { BatchOptions } from "./batch/batchRun.ts";
import { placesOf } from "./batch/placesOf.ts";
import { connectNats } from "./connection/connection.ts";
import { type ClusterSequence, Gateway, type StreamPlace } from "./gateway/gateway.ts";
import { newStreamId } from "./gateway/streamRecord.ts";
import { type StreamName, StreamStops } from "./gateway/streamStops.ts";
import { SequenceLog } from "./log/sequenceLog.ts";
import { clusterNames } from "./names.ts";
import { Node, type NodeCounts } from "./node/node.ts";
import { Pulls } from "./node/pulls.ts";
import { checkClusterOptions, type ClusterOptions } from "./options.ts";
import type { PeerMessage } from "./peers/messages.ts";
import { Peers } from "./peers/peers.ts";
import { type NodeReport, Presence, presentIn, readReports } from "./presence/presence.ts";
import { reporterOf } from "./presence/reporter.ts";
import { prepareCluster } from "./resources/prepareCluster.ts";
import { Upkeep } from "./resources/upkeep.ts";

/** A process's part of a cluster. */
export interface Cluster {
  /** This process's name in it. */
  readonly id: string;
  /** Whether NATS can be reached; without it new requests are refused. */
  readonly isConnected: boolean;
  /** The number of a client's stream, for `open`. */
  newStreamId(): number;
  /**
   * Opens a sequence, which a node with a free place makes; events come as `Engine.open` gives them.
   * @throws what `Engine.open` throws for a bad request; ClusterError `cluster_unavailable`, `request_too_large`
   */
  open(request: GenerateRequest, observer: TokenObserver, place: StreamPlace): ClusterSequence;
  /** Tells every process that a stream was resumed in another connection. */
  takeOver(stream: string): void;
  /** Called when another process says so. */
  onTakeOver: (stream: string) => void;
  /** Stops a stream, whichever process has its client. @returns whether it was open. @throws ClusterError `cluster_unavailable` */
  stop(name: StreamName): Promise<boolean>;
  /** Called when a stream is stopped by any process: ends it if its client is here. @returns whether it was. */
  onStop: (stream: string, owner: string) => boolean;
  /** Called when this process is asked to drain. */
  onDrain: () => void;
  /** Answers requests of batches here, whoever has them, until the process drains. */
  serveBatches(answers: BatchAnswers): void;
  /**
   * Has a batch answered by any process. Results come in the order of the items, some lines at a time.
   * @throws what the signal says; ClusterError `cluster_unavailable`, `batch_taken`
   */
  answerBatch(items: AsyncIterable<BatchItem>, options: BatchOptions): AsyncGenerator<readonly string[], void>;
  /** Every process that is there. @throws ClusterError `cluster_unavailable` */
  nodes(): Promise<NodeReport[]>;
  stats(): ClusterStats;
  /** Moves all sequences that are made here to other nodes and accepts no more. Clients stay connected. */
  drain(): Promise<void>;
  /** Drains, and leaves. */
  close(): Promise<void>;
}

/** Totals since the start, and current counts. */
export interface ClusterStats extends Readonly<NodeCounts> {
  /** Shards of batches: with results that stand, begun by another node before, and lost to another. */
  readonly shardsAnswered: number;
  readonly shardsRedelivered: number;
  readonly shardsFenced: number;
  readonly making: number;
  readonly reading: number;
  readonly capacity: number;
  readonly lag: number;
  readonly logEntries: number;
  readonly logBytes: number;
  readonly peerMessages: number;
  readonly peerBytes: number;
}

/** What a test may plant. */
export interface Faults {
  readonly checksClaims: boolean;
}

/** A stream that is quiet for that many leases is looked after. */
const quietLeases = 8;

/** @throws TypeError, RangeError for bad options; ClusterError `cluster_unavailable`, `cluster_unauthorized`, `cluster_mismatch` */
export async function join(options: ClusterOptions, faults: Faults = { checksClaims: true }): Promise<Cluster> {
  const given = checkClusterOptions(options);
  const { engine, identity, description = identity, onLog = () => undefined } = options;
  const names = clusterNames(given.name);
  const connection = await connectNats(options);
  const { nc } = connection;
  try {
    const prepared = await prepareCluster(nc, names, given, { identity, description });
    const { js, jsm, presence, consumers, settings } = prepared;
    const id = randomBytes(6).toString("hex");
    const log = new SequenceLog(js, jsm, names, onLog);
    // As the cluster has them now: one that has begun anew meanwhile with others is another one.
    const kept = { ...settings, asked: { replicas: settings.replicas, leaseMs: settings.node.leaseMs } };
    const upkeep = new Upkeep({ prepare: () => prepareCluster(nc, names, kept, { identity, description }), onLog });
    const isConnected = (): boolean => connection.isConnected && upkeep.fault === undefined;
    const onMessage = (message: PeerMessage, from: string): void => {
      if (message.kind === "drain") cluster.onDrain();
      else if (message.kind === "takeOver") cluster.onTakeOver(message.stream);
      else if ("request" in message) stops.receive(message, from);
      else if ("name" in message) node.receive(message);
      else gateway.receive(message, from);
    };
    const peers = new Peers(nc, names, id, {
      onMessage,
      onEvent: (event, to) => gateway.receiveEvent(event, to),
      onRefused: (error) => onLog("unheard", { error }),
    });
    const { checksClaims } = faults;
    const isPresent = (peer: string): Promise<boolean> => presentIn(presence, peer);
    const node = new Node({ engine, log, peers, settings: settings.node, isConnected, isPresent, checksClaims, onLog });
    const maxPayloadBytes = (): number => nc.info?.max_payload ?? 2 ** 20;
    const gateway = new Gateway({
      engine,
      js,
      names,
      log,
      peers,
      isConnected,
      queueTimeoutMs: settings.queueTimeoutMs,
      maxPayloadBytes,
      onLog,
      quietMs: quietLeases * settings.node.leaseMs,
      isPresent,
      isBitStable: settings.node.isBitStable,
      fault: () => upkeep.fault,
    });
    const stops = new StreamStops(peers, gateway);
    const { capacity, leaseMs } = settings.node;
    const pulls = new Pulls({
      consumer: consumers.sequences,
      capacity,
      leaseMs,
      free: () => node.free,
      take: (message) => node.take(message),
      isConnected,
    });
    node.onFree = () => pulls.fill();
    const batches = new BatchPart({
      js,
      jsm,
      names,
      id,
      maxPayloadBytes,
      isConnected,
      isPresent,
      checksClaims,
      onLog,
      consumer: consumers.shards,
      leaseMs,
      places: async () => placesOf(await readReports(presence)),
    });
    pulls.fill();
    connection.onChange = () => {
      onLog(connection.isConnected ? "connected" : "disconnected", {});
      if (!connection.isConnected) return;
      gateway.reconnected();
      fill();
      void keep();
    };
    const fill = (): void => {
      pulls.fill();
      batches.fill();
    };
    const keep = async (): Promise<void> => {
      await upkeep.prepare();
      if (upkeep.fault) {
        gateway.failAll(upkeep.fault);
        node.dropAll();
      }
      fill();
    };
    let state: NodeReport["state"] = "serving";
    const counts = () => ({ state, making: node.open, reading: gateway.openCount, lag: node.lag });
    const report = reporterOf({ id, capacity, engine, counts });
    const onUnheard = (): void => void (connection.isConnected && keep());
    const present = new Presence(presence, () => (upkeep.fault ? undefined : report()), onUnheard);
    let draining: Promise<void> | undefined;
    let closing: Promise<void> | undefined;
    const cluster: Cluster = {
      id,
      get isConnected() {
        return isConnected();
      },
      newStreamId,
      open: (request, observer, place) => gateway.open(request, observer, place),
      takeOver: (stream) => peers.broadcast({ kind: "takeOver", stream }),
      onTakeOver: () => {},
      stop: (name) => stops.stop(name),
      get onStop() {
        return stops.onStop;
      },
      set onStop(stop) {
        stops.onStop = stop;
      },
      onDrain: () => void cluster.drain(),
      serveBatches: (answers) => batches.serve(answers),
      answerBatch: (items, batch) => batches.answer(items, batch),
      nodes: () => readReports(presence),
      stats: () => ({
        ...node.counts,
        shardsAnswered: batches.counts.answered,
        shardsRedelivered: batches.counts.redelivered,
        shardsFenced: batches.counts.fenced,
        making: node.open,
        reading: gateway.openCount,
        capacity,
        lag: node.lag,
        logEntries: log.appended.entries,
        logBytes: log.appended.sizeBytes,
        peerMessages: peers.sent.messages,
        peerBytes: peers.sent.sizeBytes,
      }),
      drain() {
        return (draining ??= (async () => {
          state = "draining";
          pulls.stop();
          await Promise.all([node.handOver(), batches.handOver()]);
          present.say();
        })());
      },
      close() {
        return (closing ??= (async () => {
          await cluster.drain();
          gateway.stop();
          node.stop();
          batches.stop();
          await present.stop(id);
          connection.onChange = () => {};
          // What is not said yet cannot be said without a connection.
          peers.flush();
          if (connection.isConnected) await nc.drain().catch(() => undefined);
          await nc.close();
        })());
      },
    };
    // Whoever hears of this process may leave its sequences to it: what it asks for, which is sent once this turn is over, is
    // known to NATS. What goes with a connection that is lost meanwhile is asked for again.
    await nextTurn();
    await nc.flush().catch(() => undefined);
    onLog("joined", { id, cluster: settings.name, server: nc.getServer() });
    return cluster;
  } catch (error) {
    await nc.close();
    throw error;
  }
}

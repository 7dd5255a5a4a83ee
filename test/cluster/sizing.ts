/**
 * How much NATS has to carry, on paper: `npx pnpm --filter @tokenmill/test-cluster sizing` prints the tables of docs/cluster.md,
 * which a test compares. Streams are arithmetic; a batch is a simulation of its shards, each in turn with the command, NATS and a node.
 */

/** What the tables follow from. Rates are of one server with a file store, measured by `nats-rate` on two quiet cores over loopback. */
const assumptions = {
  /** Messages that JetStream stores, acknowledges or forgets in a second, many in flight. */
  storedPerSecond: 23_600,
  /** Time of one answer of NATS that is waited for, in milliseconds. */
  roundTripMs: 0.5,
  /** Bytes of an entry of the log besides its tokens, and of each token: what `measure` finds with entries of 100 and of 140 tokens. */
  logBytesPerEntry: 233,
  logBytesPerToken: 3.4,
  /** Of an event on its way to the gateway, alone in its message: at full speed `measure` finds 9, since hundreds share one. */
  liveBytesPerToken: 65,
  /** Defaults of the cluster: time between two batches of a sequence's events in the log, and between two signs that its claim is kept. */
  flushMs: 400,
  keepMs: 300,
  /** A node: sequences at a time, and tokens a second of each. */
  sequences: 64,
  tokensPerSecond: 20,
  /** Requests of a shard. */
  shardItems: 64,
  /** Tokens of a short request. */
  outputTokens: 16,
  /** Shards that are open for each that nodes can make at a time, and at most. */
  ahead: 4,
  mostOpen: 2048,
  /** Stored messages of a shard: put, results, acknowledged, removed. */
  storedPerShard: 4,
} as const;

interface OnlineRow {
  readonly nodes: number;
  readonly streams: number;
  readonly tokensPerSecond: number;
  readonly storedPerSecond: number;
  readonly mebibytesPerSecond: number;
  /** NATS servers, each with its own share of the nodes. */
  readonly servers: number;
}

/** All nodes full of streams whose readers are elsewhere. */
function online(nodes: number): OnlineRow {
  const { sequences, tokensPerSecond, flushMs, keepMs, storedPerSecond } = assumptions;
  const { logBytesPerEntry, logBytesPerToken, liveBytesPerToken } = assumptions;
  const streams = nodes * sequences;
  const tokens = streams * tokensPerSecond;
  const stored = (streams * 1000) / flushMs;
  // A sign of a claim changes what the consumer keeps, and is no message of a stream: half of one.
  const load = stored + (streams * 1000) / keepMs / 2;
  const bytes = stored * logBytesPerEntry + tokens * (logBytesPerToken + liveBytesPerToken);
  return {
    nodes,
    streams,
    tokensPerSecond: tokens,
    storedPerSecond: Math.round(stored),
    mebibytesPerSecond: bytes / 2 ** 20,
    servers: Math.ceil(load / storedPerSecond),
  };
}

interface OfflineRow {
  readonly nodes: number;
  readonly seconds: number;
  readonly promptsPerSecond: number;
  /** Of the nodes' own pace. */
  readonly share: number;
  /** Time that NATS and the command were busy, of all. */
  readonly nats: number;
  readonly command: number;
}

/** A station that serves what comes, one after the other. */
class Station {
  busy = 0;
  #freeAt = 0;

  /** @returns when it is done with what comes at a time that is no earlier than the last */
  serve(at: number, seconds: number): number {
    this.busy += seconds;
    this.#freeAt = Math.max(at, this.#freeAt) + seconds;
    return this.#freeAt;
  }
}

/**
 * A batch of short requests on nodes that do nothing else. A shard is put by the command, stored by NATS, made by a node that is
 * free, stored again, and taken by the command in the order of the shards, which then puts another one.
 */
function offline(nodes: number, prompts: number): OfflineRow {
  const { shardItems, storedPerShard, storedPerSecond, roundTripMs, ahead, mostOpen, sequences } = assumptions;
  const shards = Math.ceil(prompts / shardItems);
  const makeSeconds = assumptions.outputTokens / assumptions.tokensPerSecond;
  const storeSeconds = storedPerShard / storedPerSecond / 2;
  const [nats, command, events] = [new Station(), new Station(), new Events()];
  const open = Math.min(mostOpen, Math.max(16, Math.ceil((ahead * nodes * sequences) / shardItems)));
  const isMade = new Uint8Array(shards);
  let [free, ready, taken, seconds] = [Math.floor((nodes * sequences) / shardItems), 0, 0, 0];
  const begin = (at: number): void => {
    free--;
    ready--;
    events.add(at + makeSeconds, "made", begun++);
  };
  let begun = 0;
  for (let shard = 0; shard < Math.min(open, shards); shard++) events.add(0, "put", shard);
  for (let event = events.take(); event; event = events.take()) {
    const { at, kind, shard } = event;
    if (kind === "put") events.add(nats.serve(at, storeSeconds), "stored", shard);
    else if (kind === "stored") {
      ready++;
      if (free > 0) begin(at);
    } else if (kind === "made") {
      free++;
      if (ready > 0) begin(at);
      events.add(nats.serve(at, storeSeconds), "known", shard);
    } else {
      isMade[shard] = 1;
      while (isMade[taken]) {
        seconds = command.serve(at, roundTripMs / 1000);
        if (taken + open < shards) events.add(seconds, "put", taken + open);
        taken++;
      }
    }
  }
  const ownPace = (nodes * sequences) / makeSeconds;
  return {
    nodes,
    seconds,
    promptsPerSecond: prompts / seconds,
    share: prompts / seconds / ownPace,
    nats: nats.busy / seconds,
    command: command.busy / seconds,
  };
}

interface SizingEvent {
  readonly at: number;
  readonly kind: "put" | "stored" | "made" | "known";
  readonly shard: number;
}

/** In the order of their times: a heap. */
class Events {
  readonly #heap: SizingEvent[] = [];

  add(at: number, kind: SizingEvent["kind"], shard: number): void {
    const heap = this.#heap;
    const event: SizingEvent = { at, kind, shard };
    let place = heap.push(event) - 1;
    for (let parent = (place - 1) >> 1; place > 0 && heap[parent]!.at > at; parent = (place - 1) >> 1) {
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = event;
  }

  take(): SizingEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= heap.length) break;
      const child = left + 1 < heap.length && heap[left + 1]!.at < heap[left]!.at ? left + 1 : left;
      if (heap[child]!.at >= last.at) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** The tables as they stand in the documentation. */
export function sizingTables(): string {
  const streams = [1, 10, 100, 1000].map(online).map((row) => {
    const { nodes, tokensPerSecond, storedPerSecond, mebibytesPerSecond, servers } = row;
    return `| ${whole(nodes)} | ${whole(row.streams)} | ${whole(tokensPerSecond)} | ${whole(storedPerSecond)} | ${mebibytesPerSecond.toFixed(1)} | ${servers} |`;
  });
  const batches = [1, 10, 100, 1000]
    .map((nodes) => offline(nodes, 1e7))
    .map((row) => {
      const { nodes, seconds, promptsPerSecond, share, nats, command } = row;
      return `| ${whole(nodes)} | ${whole(seconds)} | ${whole(promptsPerSecond)} | ${percent(share)} | ${percent(nats)} | ${percent(command)} |`;
    });
  return [
    "| nodes | streams | tokens/s | stored messages/s | MiB/s | NATS servers |",
    "|--:|--:|--:|--:|--:|--:|",
    ...streams,
    "",
    "| nodes | seconds for 10,000,000 prompts | prompts/s | of the nodes' own pace | NATS busy | command busy |",
    "|--:|--:|--:|--:|--:|--:|",
    ...batches,
  ].join("\n");
}

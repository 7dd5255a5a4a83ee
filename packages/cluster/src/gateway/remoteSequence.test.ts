import type { TokenEvent } from "@tokenmill/core";
import { describe, expect, it } from "vitest";
import { type RemoteContext, RemoteSequence } from "./remoteSequence.ts";

const eventAt = (index: number, isLast = false): TokenEvent => ({
  sequenceId: 1,
  index,
  tokenId: 7,
  text: "",
  ...(isLast && { finishReason: "length" as const }),
});

/** A reader that throws at an event, and what it and the gateway heard. */
function readerThrowingAt(index: number): { sequence: RemoteSequence; heard: string[] } {
  const heard: string[] = [];
  const context: RemoteContext = {
    log: undefined as never, // nothing is missing: it is not asked
    sendRead: () => undefined,
    onEnd: () => heard.push("ended"),
    onGivenUp: () => heard.push("given up"),
    onQuiet: () => undefined,
    queueTimeoutMs: 1000,
    quietMs: 1000,
  };
  const observer = {
    next: (event: TokenEvent): void => {
      heard.push(`event ${event.index}`);
      if (event.index === index) throw new Error("full");
    },
    error: (error: unknown): void =>
      void heard.push(`${(error as { code: string }).code}: ${(error as Error).message}`),
    complete: (): void => void heard.push("complete"),
  };
  return { sequence: new RemoteSequence(context, { name: "s", sequenceId: 1, number: 1 }, observer), heard };
}

/** What the gateway tells which node. */
const toldBy = (log: unknown): { sequence: RemoteSequence; told: string[] } => {
  const told: string[] = [];
  const context: RemoteContext = {
    log: log as never,
    sendRead: ({ node, readIndex }) => told.push(`${node} ${readIndex}`),
    onEnd: () => undefined,
    onGivenUp: () => undefined,
    onQuiet: () => undefined,
    queueTimeoutMs: 1000,
    quietMs: 1000,
  };
  const observer = { next: () => undefined, error: () => undefined, complete: () => undefined };
  return { sequence: new RemoteSequence(context, { name: "s", sequenceId: 1, number: 1 }, observer), told };
};

describe("a node that has a sequence anew", () => {
  it("is told once how far the reader is, by its claim or its first event", () => {
    const { sequence, told } = toldBy(undefined);
    sequence.claimed(1, "a");
    for (let index = 0; index < 40; index++) sequence.receiveEvent(eventAt(index), 1, "a");
    sequence.receiveEvent(eventAt(30), 2, "b");
    sequence.claimed(2, "b");
    sequence.claimed(3, "c");
    expect(told).toEqual(["a 0", "a 32", "b 40", "c 40"]);
  });

  it("is told where the log says so before the node does", async () => {
    const entry = { epoch: 2, node: "b", position: 0, status: "open" };
    const { sequence, told } = toldBy({
      entries: async function* () {
        yield { seq: 1, entry };
      },
    });
    sequence.claimed(1, "a");
    sequence.fill();
    await expect.poll(() => told).toEqual(["a 0", "b 0"]);
    sequence.claimed(2, "b");
    expect(told).toHaveLength(2);
  });
});

describe("the log", () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it.each(["resume", "close"] as const)("is read no further for a paused reader, until %s", async (act) => {
    let isLeft = false;
    const { sequence } = toldBy({
      entries: async function* () {
        try {
          yield { seq: 1, entry: { epoch: 1, node: "a", position: 0, status: "open" } };
        } finally {
          isLeft = true;
        }
      },
    });
    sequence.pause();
    sequence.fill();
    await turn();
    expect(isLeft).toBe(false);
    sequence[act]();
    await turn();
    expect(isLeft).toBe(true);
  });

  it("is not asked for what is missing with each event that comes behind it", async () => {
    let reads = 0;
    const { sequence } = toldBy({
      entries: () => {
        reads++;
        return [];
      },
    });
    for (let index = 1; index <= 100; index++) {
      sequence.receiveEvent(eventAt(index), 1, "a");
      await turn();
    }
    expect(reads).toBeLessThan(50);
    sequence.close();
  });
});

describe("a reader that throws", () => {
  it("ends its sequence, which nobody makes any longer", () => {
    const { sequence, heard } = readerThrowingAt(1);
    for (const index of [0, 1, 2]) sequence.receiveEvent(eventAt(index), 1, "node");
    expect(heard).toEqual(["event 0", "event 1", "given up", "ended", "observer_failed: sequence 1: full"]);
  });

  it("at the last event, ends what is made already", () => {
    const { sequence, heard } = readerThrowingAt(1);
    for (const index of [0, 1]) sequence.receiveEvent(eventAt(index, index === 1), 1, "node");
    expect(heard).toEqual(["event 0", "ended", "event 1", "observer_failed: sequence 1: full"]);
  });
});

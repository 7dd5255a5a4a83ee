import { expect, it } from "vitest";
import { Outbox } from "./outbox.ts";

const reader = { peer: "a", reader: 1, epoch: 2 };
const event = (index: number) => ({ sequenceId: 7, index, tokenId: 3, text: "t" });
const fenced = { kind: "fenced", name: "s", epoch: 2 } as const;

it("messages leave in the order in which they came, events between them in one list each", () => {
  const outbox = new Outbox();
  outbox.pushEvent(reader, event(0));
  outbox.pushEvent({ ...reader, reader: 4 }, event(1));
  outbox.push(fenced);
  outbox.pushEvent(reader, event(2));
  expect(outbox.length).toBe(4);
  expect(outbox.take()).toEqual([
    { kind: "events", events: [1, 2, 0, 3, "t", 4, 2, 1, 3, "t"] },
    fenced,
    { kind: "events", events: [1, 2, 2, 3, "t"] },
  ]);
});

it("what was taken is not given again, and what comes later does not reach it", () => {
  const outbox = new Outbox();
  outbox.pushEvent(reader, event(0));
  const [taken] = outbox.take();
  expect(outbox.length).toBe(0);
  expect(outbox.take()).toEqual([]);
  outbox.pushEvent(reader, event(1));
  expect(taken).toEqual({ kind: "events", events: [1, 2, 0, 3, "t"] });
});

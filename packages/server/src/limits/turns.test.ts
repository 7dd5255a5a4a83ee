import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { until } from "../testing/testServer.ts";
import type { Client } from "./client.ts";
import { Turns } from "./turns.ts";

const one: Client = { peer: "a", connection: {} };

function busyFor(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

it("runs one piece in a turn of the event loop, in order", async () => {
  const turns = new Turns({ rest: 1, patienceMs: 60_000 });
  let turn = 0;
  let isOver = false;
  const ticking = (async () => {
    for (; !isOver; turn++) await nextTurn();
  })();
  const at: [piece: number, turn: number][] = [];
  for (let piece = 0; piece < 6; piece++) {
    void turns.take(one).then(() => {
      at.push([piece, turn]);
      busyFor(piece === 2 ? 10 : 0);
    });
  }
  expect(turns.length).toBe(5);
  await until(() => at.length === 6, "all have run");
  isOver = true;
  await ticking;
  expect(at.map(([piece]) => piece)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(new Set(at.map(([, inTurn]) => inTurn)).size).toBe(6);
});

it("what waits too long is refused, and the rest goes on", async () => {
  const turns = new Turns({ rest: 50, patienceMs: 20 });
  const first = turns.take(one).then(() => busyFor(10));
  const late = turns.take(one);
  await expect(late).rejects.toMatchObject({ status: 429, code: "queue_timeout" });
  await first;
  const patient = new Turns({ rest: 0, patienceMs: 60_000 });
  await patient.take(one);
  await patient.take(one);
});

import { setImmediate as nextIteration } from "node:timers/promises";
import { expect, it } from "vitest";
import { until } from "../testing/testServer.ts";
import type { Client } from "./client.ts";
import { WorkQueue } from "./workQueue.ts";

const one: Client = { peer: "a", connection: {} };

function busyFor(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

it("runs one piece in an iteration of the event loop, in order", async () => {
  const queue = new WorkQueue({ restFactor: 1, timeoutMs: 60_000 });
  let iteration = 0;
  let isOver = false;
  const ticking = (async () => {
    for (; !isOver; iteration++) await nextIteration();
  })();
  const at: [piece: number, iteration: number][] = [];
  for (let piece = 0; piece < 6; piece++) {
    void queue.enter(one).then(() => {
      at.push([piece, iteration]);
      busyFor(piece === 2 ? 10 : 0);
    });
  }
  expect(queue.length).toBe(5);
  await until(() => at.length === 6, "all have run");
  isOver = true;
  await ticking;
  expect(at.map(([piece]) => piece)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(new Set(at.map(([, iterationOf]) => iterationOf)).size).toBe(6);
});

it("a piece beyond the timeout is refused, the next ones run", async () => {
  const queue = new WorkQueue({ restFactor: 50, timeoutMs: 20 });
  const first = queue.enter(one).then(() => busyFor(10));
  const late = queue.enter(one);
  await expect(late).rejects.toMatchObject({ status: 429, code: "queue_timeout" });
  await first;
  const patient = new WorkQueue({ restFactor: 0, timeoutMs: 60_000 });
  await patient.enter(one);
  await patient.enter(one);
});

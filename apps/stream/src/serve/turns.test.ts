import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { until } from "../testing/serve/testServer.ts";
import { Turns } from "./turns.ts";

it("runs one piece in a turn of the event loop, in order", async () => {
  const turns = new Turns(1);
  let turn = 0;
  let isOver = false;
  const ticking = (async () => {
    for (; !isOver; turn++) await nextTurn();
  })();
  const at: [piece: number, turn: number][] = [];
  for (let piece = 0; piece < 6; piece++) {
    turns.take(() => {
      at.push([piece, turn]);
      const untilMs = performance.now() + (piece === 2 ? 10 : 0);
      while (performance.now() < untilMs);
    });
  }
  expect(at).toEqual([[0, 0]]);
  expect(turns.length).toBe(5);
  await until(() => at.length === 6, "all have run");
  isOver = true;
  await ticking;
  expect(at.map(([piece]) => piece)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(new Set(at.map(([, inTurn]) => inTurn)).size).toBe(6);
});

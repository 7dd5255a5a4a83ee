import { expect, it } from "vitest";
import { FairQueue } from "./fairQueue.ts";

it("is round robin over peers, and over the connections of each", () => {
  const queue = new FairQueue<string>();
  const [a1, a2, b1] = [{}, {}, {}];
  for (const item of ["1", "2", "3"]) queue.push({ peer: "a", connection: a1 }, `a1.${item}`);
  queue.push({ peer: "a", connection: a2 }, "a2.1");
  for (const item of ["1", "2"]) queue.push({ peer: "b", connection: b1 }, `b1.${item}`);
  const order: (string | undefined)[] = [queue.shift(), queue.shift()];
  queue.push({ peer: "c", connection: {} }, "c1.1");
  while (queue.length > 0) order.push(queue.shift());
  expect(order).toEqual(["a1.1", "b1.1", "a2.1", "b1.2", "c1.1", "a1.2", "a1.3"]);
  expect(queue.shift()).toBeUndefined();
});

import { expect, it } from "vitest";
import { Places } from "./places.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("leaves a place for each sequence of a client, down to one, and takes it back", async () => {
  let clients = 0;
  let running = 0;
  const ends: (() => void)[] = [];
  const places = new Places(4, () => clients + running);
  const work = async (): Promise<void> => {
    running++;
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
  };
  const { signal } = new AbortController();
  const all = Array.from({ length: 10 }, () => places.run(work, signal));
  await turn();
  expect(running).toBe(4);
  clients = 100;
  for (let i = 0; i < 4; i++) {
    ends.shift()!();
    await turn();
  }
  expect(running).toBe(1);
  clients = 1;
  ends.shift()!();
  await turn();
  expect(running).toBe(3);
  clients = 0;
  while (ends.length > 0) {
    ends.shift()!();
    await turn();
  }
  await Promise.all(all);
  expect(places.free).toBe(4);
});

it("what waits leaves when it is told to, and takes nobody's place", async () => {
  const stop = new AbortController();
  const places = new Places(1, () => 0);
  let end: () => void = () => {};
  const first = places.run(() => new Promise<void>((resolve) => (end = resolve)), new AbortController().signal);
  const second = places.run(() => Promise.resolve(), stop.signal);
  stop.abort(new Error("stop"));
  await expect(second).rejects.toThrow("stop");
  end();
  await first;
  expect(places.free).toBe(1);
});

import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { LogSink } from "./logSink.ts";

/** A reader that takes a chunk each time it is told to. */
function slowReader(): { stream: Writable; taken: string[]; take: () => Promise<void> } {
  const taken: string[] = [];
  let next: (() => void) | undefined;
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      taken.push(chunk);
      next = done;
    },
  });
  const take = (): Promise<void> => {
    const done = next;
    next = undefined;
    done?.();
    return new Promise((resolve) => setImmediate(resolve));
  };
  return { stream, taken, take };
}

it("holds what nobody reads up to its limit, drops the rest, and says how many lines went", async () => {
  const { stream, taken, take } = slowReader();
  const sink = new LogSink(stream, 30);
  for (let i = 0; i < 10; i++) sink.write(`line ${i}___\n`);
  expect(stream.writableLength).toBe(30);
  for (let i = 0; i < 3; i++) await take();
  sink.write("after\n");
  for (let i = 0; i < 3; i++) await take();
  expect(taken.slice(0, 3)).toEqual(["line 0___\n", "line 1___\n", "line 2___\n"]);
  expect(JSON.parse(taken[3]!)).toMatchObject({ level: 40, dropped: 7, msg: "log lines dropped" });
  expect(taken[4]).toBe("after\n");
});

it("writes nothing to a stream that has ended", () => {
  const { stream } = slowReader();
  stream.destroy();
  expect(() => new LogSink(stream).write("x\n")).not.toThrow();
});

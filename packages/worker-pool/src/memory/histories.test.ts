import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { openHistory } from "./histories.ts";

describe("openHistory", () => {
  it("copies the prompt, takes ids up to its capacity, then refuses; its ids are a live view", () => {
    const words = new Int32Array(1024);
    const history = openHistory({ arena: new Arena(64, 2048), words, vocabSize: 1000 }, [5, 6], 4)!;
    expect(history).toMatchObject({ capacity: 4, promptLength: 2, length: 2 });
    history.push(7);
    history.push(8);
    expect(() => history.push(9)).toThrow("history expected at most 4 tokens");
    expect([...history.tokens()]).toEqual([5, 6, 7, 8]);
    words[history.offsetBytes / 4] = 55;
    expect(history.tokens()[0]).toBe(55);
    expect(words[history.offsetBytes / 4 + 4]).toBe(0);
  });

  it("forgets ids behind a length, but none of the prompt", () => {
    const history = openHistory(
      { arena: new Arena(64, 2048), words: new Int32Array(1024), vocabSize: 1000 },
      [5, 6],
      6,
    )!;
    for (const id of [7, 8, 9]) history.push(id);
    history.truncate(3);
    history.push(4);
    expect([...history.tokens()]).toEqual([5, 6, 7, 4]);
    history.truncate(2);
    expect([...history.tokens()]).toEqual([5, 6]);
    for (const length of [1, 3, -1, 2.5, Number.NaN])
      expect(() => history.truncate(length)).toThrow('"length" expected');
  });

  it("takes no ids outside the vocabulary, and none after its release, when its block is another's", () => {
    const memory = { arena: new Arena(0, 256), words: new Int32Array(64), vocabSize: 1000 };
    const first = openHistory(memory, [5], 4)!;
    for (const id of [1000, -1, 1.5, Number.NaN]) expect(() => first.push(id)).toThrow('"tokenId" expected integer in');
    first.release();
    const second = openHistory(memory, [6], 4)!;
    expect(second.offsetBytes).toBe(first.offsetBytes);
    expect(() => first.push(7)).toThrow('"history" expected one that is not released');
    second.push(8);
    expect([...second.tokens()]).toEqual([6, 8]);
  });

  it("is undefined while the arena is full; a release, even a double one, frees its block once", () => {
    const arena = new Arena(0, 512);
    const words = new Int32Array(128);
    const first = openHistory({ arena, words, vocabSize: 1000 }, [], 64)!;
    const second = openHistory({ arena, words, vocabSize: 1000 }, [], 64)!;
    expect(openHistory({ arena, words, vocabSize: 1000 }, [], 1)).toBeUndefined();
    first.release();
    first.release();
    expect(arena.usedBytes).toBe(256);
    const third = openHistory({ arena, words, vocabSize: 1000 }, [3], 64)!;
    expect(third.offsetBytes).toBe(first.offsetBytes);
    expect(openHistory({ arena, words, vocabSize: 1000 }, [], 1)).toBeUndefined();
    second.release();
    third.release();
    expect(arena.usedBytes).toBe(0);
  });

  it("writes at the right place above 2 GiB", () => {
    const offset = 2 ** 31 + 64;
    const memory = new WebAssembly.Memory({ initial: 32_770, maximum: 32_770, shared: true });
    const words = new Int32Array(memory.buffer);
    const history = openHistory({ arena: new Arena(offset, 4096), words, vocabSize: 1000 }, [1, 2], 8)!;
    history.push(3);
    expect([...history.tokens()]).toEqual([1, 2, 3]);
    expect([...new Int32Array(memory.buffer, offset, 3)]).toEqual([1, 2, 3]);
  });
});

import { describe, expect, it } from "vitest";
import { SseParser } from "./sseParser.ts";

const text =
  '﻿: comment\r\ndata: {"a":1}\r\n\r\ndata: x\r\ndata: y\r\n\r\nevent: note\ndata: first\ndata:second\n\nid: 7\rretry: 3\rdata: héllo 🙂 世界\r\rdata\n\ndata: [DONE]\n\ndata: cut';
const events = ['{"a":1}', "x\ny", "first\nsecond", "héllo 🙂 世界", "", "[DONE]"];

function parse(chunks: readonly Uint8Array[]): string[] {
  const data: string[] = [];
  const parser = new SseParser((event) => data.push(event));
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return data;
}

describe("server-sent events", () => {
  const bytes = new TextEncoder().encode(text);

  it("come whole from one piece, without the one that no blank line ended", () => {
    expect(parse([bytes])).toEqual(events);
  });

  it(`are the same for each of the ${bytes.length + 1} places to cut the bytes in two`, () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(parse([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual(events);
    }
  });

  it.each([1, 2, 3, 5, 7])("are the same from pieces of %i bytes, with empty ones between", (size) => {
    const chunks: Uint8Array[] = [];
    for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size), new Uint8Array(0));
    expect(parse(chunks)).toEqual(events);
  });

  it("of a megabyte without a line break is one event", () => {
    const long = "x".repeat(2 ** 20);
    expect(parse([new TextEncoder().encode(`data: ${long}`), new TextEncoder().encode("\n\n")])).toEqual([long]);
  });
});

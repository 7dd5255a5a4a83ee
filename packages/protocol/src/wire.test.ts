/** Every encoding gives back what went in, whatever the chunks; and refuses what it did not write. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createFrameDecoder,
  createFrameEncoder,
  createMsgpackCodec,
  createNdjsonDecoder,
  decodeNdjson,
  decodeNdjsonRequest,
  encodeJson,
  encodeNdjson,
  encodeNdjsonRequest,
  encodeSse,
  encodeSseComment,
  encodeSseEvent,
  parseEventId,
  ProtocolError,
  type WireEvent,
} from "./index.ts";

const bigId = 2n ** 64n - 1n;
const last: WireEvent = {
  sequenceId: bigId,
  index: 7,
  tokenId: 50256,
  text: "é\u2028\n",
  logprob: -Infinity,
  rank: 3,
  topLogprobs: [
    { tokenId: 1, logprob: -0.25, text: "a" },
    { tokenId: 2, logprob: Number.NaN },
  ],
  finishReason: "stop",
  stopReason: "###",
  usage: { promptTokens: 2, completionTokens: 8 },
};
const failed: WireEvent = {
  sequenceId: 3,
  finishReason: "error",
  error: { code: "nan_logits", message: "no", details: { index: 4 } },
};

const id = fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 2n ** 53n, max: bigId }));
const count = fc.nat({ max: 2 ** 31 - 1 });
// −0 arrives as 0.
const logprob = fc.oneof(
  fc.double().map((x) => (x === 0 ? 0 : x)),
  fc.constantFrom(-Infinity, Number.NaN, -1.5),
);
const top = fc.record(
  { tokenId: count, logprob, text: fc.string({ unit: "grapheme" }) },
  { requiredKeys: ["tokenId", "logprob"] },
);
const scored = fc.record(
  { tokenId: count, logprob, rank: count, text: fc.string(), topLogprobs: fc.array(top, { maxLength: 2 }) },
  { requiredKeys: ["tokenId", "logprob", "rank"] },
);
const tokenEvent = fc.record(
  {
    sequenceId: id,
    index: count,
    tokenId: count,
    text: fc.string({ unit: "grapheme" }),
    logprob,
    rank: count,
    topLogprobs: fc.array(top, { maxLength: 4 }),
    namedLogprobs: fc.array(top, { maxLength: 4 }),
    samplingMask: fc.oneof(fc.constant("all" as const), fc.array(count, { maxLength: 4 })),
    samplingLogprob: logprob,
    promptLogprobs: fc.array(fc.oneof(fc.constant(null), scored), { maxLength: 3 }),
    finishReason: fc.constantFrom("stop" as const, "length" as const, "repetition" as const),
    stopReason: fc.oneof(fc.string({ unit: "grapheme" }), count),
    stopText: fc.string({ unit: "grapheme" }),
    usage: fc.record({ promptTokens: count, completionTokens: count }),
  },
  { requiredKeys: ["sequenceId", "index", "tokenId", "text"] },
) as fc.Arbitrary<WireEvent>;
const errorEvent: fc.Arbitrary<WireEvent> = fc.record({
  sequenceId: id,
  finishReason: fc.constant("error" as const),
  error: fc.record({ code: fc.string(), message: fc.string() }),
});
const events = fc.array(fc.oneof({ weight: 4, arbitrary: tokenEvent }, errorEvent), { maxLength: 8 });

/** Cuts bytes at the given places (taken modulo the length). */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...sorted].map((start, i) => bytes.slice(start, sorted[i] ?? bytes.length));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return "nothing thrown";
}

describe("NDJSON", () => {
  it("writes 64-bit ids as decimal strings and -Infinity and NaN as strings", () => {
    expect(encodeNdjson(last)).toBe(
      '{"sequenceId":"18446744073709551615","index":7,"tokenId":50256,"text":"é\u2028\\n","logprob":"-Infinity","rank":3,' +
        '"topLogprobs":[{"tokenId":1,"logprob":-0.25,"text":"a"},{"tokenId":2,"logprob":"NaN"}],"finishReason":"stop",' +
        '"stopReason":"###","usage":{"promptTokens":2,"completionTokens":8}}\n',
    );
  });

  it("is what JSON.stringify gives where JSON can hold the values", () => {
    expect(encodeNdjson(failed)).toBe(`${JSON.stringify(failed)}\n`);
    expect(encodeJson({ a: { b: { c: { d: 1n } } } })).toBe('{"a":{"b":{"c":{"d":1}}}}');
  });

  it("gives back every event, whatever the chunks", () => {
    fc.assert(
      fc.property(events, fc.array(fc.nat()), (given, places) => {
        const bytes = new TextEncoder().encode(given.map(encodeNdjson).join(""));
        const decoder = createNdjsonDecoder();
        const read = cut(bytes, places).flatMap((chunk) => decoder.push(chunk));
        expect([...read, ...decoder.end()]).toEqual(given);
      }),
    );
  });

  it("gives back requests: seed and sequenceId of 64 bits, a Map of biases, -Infinity", () => {
    const request = { prompt: "x", seed: bigId, sequenceId: 5n, logitBias: new Map([[3, -Infinity]]) };
    expect(decodeNdjsonRequest(encodeNdjsonRequest(request))).toEqual({
      prompt: "x",
      seed: bigId,
      sequenceId: 5,
      logitBias: { 3: -Infinity },
    });
  });

  it("and what phases have of these", () => {
    const phases = [
      { from: 3, params: { logitBias: new Map([[3, -Infinity]]), topK: 2 } },
      { from: "answer" as const, params: {} },
    ];
    const line = encodeNdjsonRequest({ phases }).replace('"topK":2', '"topK":2,"topP":null');
    expect(decodeNdjsonRequest(line)).toEqual({
      phases: [{ from: 3, params: { logitBias: { 3: -Infinity }, topK: 2 } }, phases[1]],
    });
    expect(decodeNdjsonRequest('{"phases":[1,{"params":[]}]}')).toEqual({ phases: [1, { params: [] }] });
  });

  it.each([
    ["{", "damaged"],
    ["[]", "invalid"],
    ['{"sequenceId":-1,"index":0,"tokenId":1,"text":""}', "invalid"],
    ['{"sequenceId":"18446744073709551616","index":0,"tokenId":1,"text":""}', "invalid"],
    ['{"sequenceId":1,"index":0.5,"tokenId":1,"text":""}', "invalid"],
    ['{"sequenceId":1,"index":0,"tokenId":1,"text":"","finishReason":"bored"}', "invalid"],
    ['{"sequenceId":1,"finishReason":"error"}', "invalid"],
  ])("refuses %s as %s", (line, code) => {
    expect(codeOf(() => decodeNdjson(line))).toBe(code);
  });

  it("searches each character of a long line once, however small its chunks", () => {
    const decoder = createNdjsonDecoder();
    let searched = 0;
    const { indexOf, split } = String.prototype;
    String.prototype.indexOf = function (text: string, from?: number) {
      searched += this.length;
      return indexOf.call(this, text, from);
    };
    String.prototype.split = function (this: string, ...args: unknown[]) {
      searched += this.length;
      return (split as (...args: unknown[]) => string[]).apply(this, args);
    };
    try {
      for (let i = 0; i < 2 ** 14; i++) decoder.push(new Uint8Array(16).fill(0x20));
    } finally {
      Object.assign(String.prototype, { indexOf, split });
    }
    expect(searched).toBe(2 ** 18);
    expect(decoder.end()).toEqual([]);
  });

  it("refuses a line that is too long, and text that is not UTF-8", () => {
    const decoder = createNdjsonDecoder({ maxLineLength: 8 });
    expect(codeOf(() => decoder.push(new TextEncoder().encode("123456789")))).toBe("too_large");
    expect(codeOf(() => createNdjsonDecoder().push(Uint8Array.of(0x22, 0xff, 0x22)))).toBe("damaged");
  });
});

describe("frames", () => {
  it("keep their layout: version 1", () => {
    const frame = createFrameEncoder().encode({ sequenceId: 1, index: 2, tokenId: 3, text: "ab" });
    expect(Buffer.from(frame).toString("hex")).toBe("c10100000008" + "95" + "00" + "01" + "02" + "03" + "a26162");
  });

  it("give back every event, whatever the chunks", () => {
    fc.assert(
      fc.property(events, fc.array(fc.nat()), (given, places) => {
        const encoder = createFrameEncoder();
        const frames = given.map((event) => encoder.encode(event));
        const decoder = createFrameDecoder();
        const read = cut(join(frames), places).flatMap((chunk) => decoder.push(chunk));
        decoder.end();
        expect(read).toEqual(given);
      }),
    );
  });

  it("carry fields that the layout does not know", () => {
    const event = { ...(last as object), draftTokens: 3, reasons: ["a"] } as unknown as WireEvent;
    expect(createFrameDecoder().push(createFrameEncoder().encode(event))).toEqual([event]);
  });

  it("stay as they are when the encoder goes on", () => {
    const encoder = createFrameEncoder();
    const frame = encoder.encode(last);
    const copy = frame.slice();
    for (let i = 0; i < 1000; i++) encoder.encode({ sequenceId: i, index: i, tokenId: i, text: "other" });
    expect(frame).toEqual(copy);
  });

  it.each([1, 2, 5, 10])("may come by one buffer of %i bytes that is filled again and again", (size) => {
    const decoder = createFrameDecoder();
    const frame = createFrameEncoder().encode(last);
    const buffer = new Uint8Array(size);
    const read: WireEvent[] = [];
    for (let at = 0; at < frame.length; at += size) {
      const chunk = frame.subarray(at, at + size);
      buffer.set(chunk);
      read.push(...decoder.push(buffer.subarray(0, chunk.length)));
      buffer.fill(0);
    }
    expect(read).toEqual([last]);
  });

  it("refuse a foreign stream at its first byte, another version at its second", () => {
    expect(codeOf(() => createFrameDecoder().push(Uint8Array.of(0x7b)))).toBe("foreign");
    expect(codeOf(() => createFrameDecoder().push(Uint8Array.of(0xc1, 2)))).toBe("foreign");
  });

  it("refuse a frame that is too large before its payload comes", () => {
    const decoder = createFrameDecoder({ maxFrameBytes: 100 });
    expect(codeOf(() => decoder.push(Uint8Array.of(0xc1, 1, 0, 0, 0, 101)))).toBe("too_large");
  });

  it("refuse a stream that ends inside a frame", () => {
    const frame = createFrameEncoder().encode(last);
    const decoder = createFrameDecoder();
    expect(decoder.push(frame.slice(0, -1))).toEqual([]);
    expect(codeOf(() => decoder.end())).toBe("truncated");
  });

  it("never throw anything but ProtocolError, and take no memory for false lengths, on damaged bytes", () => {
    const frame = createFrameEncoder().encode(last);
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const damaged = frame.slice();
        damaged[place % damaged.length]! ^= change;
        const code = codeOf(() => {
          const decoder = createFrameDecoder();
          decoder.push(damaged);
          decoder.end();
        });
        expect(["damaged", "foreign", "invalid", "too_large", "truncated", "nothing thrown"]).toContain(code);
      }),
    );
  });
});

describe("MessagePack values", () => {
  const codec = createMsgpackCodec();

  it("are plain: maps, arrays, 64-bit integers, no extensions", () => {
    expect(Buffer.from(codec.encode({ id: "a", n: bigId, none: undefined })).toString("hex")).toBe(
      "82" + "a26964" + "a161" + "a16e" + "cfffffffffffffffff",
    );
    expect(codec.decode(codec.encode({ n: bigId, m: 2 ** 40, list: [1, [2.5]] }))).toEqual({
      n: bigId,
      m: 2 ** 40,
      list: [1, [2.5]],
    });
  });

  it.each([
    ["cf00000000000003e8", 1000],
    ["d3ffffffffffffffff", -1],
    ["cf001fffffffffffff", 2 ** 53 - 1],
    ["cf0020000000000000", 2n ** 53n],
    ["9281a161cf0000000000000005cfffffffffffffffff", [{ a: 5 }, bigId]],
  ])("have integers of 64 bits as numbers where these are safe: %s", (hex, value) => {
    expect(codec.decode(Buffer.from(hex, "hex"))).toEqual(value);
  });

  it.each([
    ["an array of 2^25 elements in five bytes", [0xdd, 2, 0, 0, 0], "truncated"],
    ["a map of 2^32 - 1 entries", [0xdf, 255, 255, 255, 255], "truncated"],
    ["33 levels", [...Array<number>(33).fill(0x91), 1], "damaged"],
    ["an extension", [0xd4, 0x72, 0x40], "damaged"],
    ["two values", [1, 1], "damaged"],
    ["nothing", [], "truncated"],
  ])("refuse %s", (_what, bytes, code) => {
    expect(codeOf(() => codec.decode(Uint8Array.from(bytes)))).toBe(code);
  });
});

describe("server-sent events", () => {
  it("have id, data and an empty line", () => {
    expect(encodeSseEvent({ sequenceId: bigId, index: 4, tokenId: 1, text: "\n" })).toBe(
      `id: ${bigId}:4\ndata: {"sequenceId":"${bigId}","index":4,"tokenId":1,"text":"\\n"}\n\n`,
    );
    expect(encodeSseEvent(failed)).toBe(`event: error\ndata: ${JSON.stringify(failed)}\n\n`);
  });

  it("put each line of the data on a line of its own", () => {
    expect(encodeSse({ data: "a\r\nb\rc\n", retryMs: 50 })).toBe("retry: 50\ndata: a\ndata: b\ndata: c\ndata: \n\n");
    expect(encodeSseComment("here")).toBe(": here\n\n");
  });

  it("refuse an id with a line break", () => {
    expect(() => encodeSse({ id: "a\nb", data: "" })).toThrow(new RangeError('"id" expected one line, got "a\\nb"'));
  });

  it("have ids that parse back, and no others do", () => {
    expect(parseEventId(`${bigId}:12`)).toEqual({ sequenceId: bigId, index: 12 });
    expect(parseEventId("5:0")).toEqual({ sequenceId: 5, index: 0 });
    for (const text of ["", "5", "5:", ":1", "a:1", "-1:1", `${bigId + 1n}:0`])
      expect(parseEventId(text)).toBeUndefined();
  });
});

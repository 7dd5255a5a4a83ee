import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TokenEvent } from "@tokenmill/core";
import { createEngine, type Engine } from "@tokenmill/engine";
import { createFrameDecoder, createNdjsonDecoder, type WireEvent } from "@tokenmill/protocol";
import { createSyntheticSource } from "@tokenmill/sources";
import { lastValueFrom, toArray } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeEvents } from "./encodeEvents.ts";
import type { WireFormat } from "./encoder.ts";
import { encodingStream } from "./encodingStream.ts";
import { webStream } from "./webStream.ts";

let engine: Engine;
let expected: TokenEvent[];
const request = { sequenceId: 4, maxTokens: 30, logprobs: 1, seed: 3 };
beforeAll(async () => {
  engine = await createEngine({
    source: createSyntheticSource({ kind: "gaussian", vocabSize: 200 }),
    workers: 1,
    bufferSize: 4,
  });
  expected = await lastValueFrom(engine.generate(request).pipe(toArray()));
});
afterAll(() => engine.close());

/** What the bytes say, by the decoder of their format. */
function decode(format: WireFormat, chunks: readonly (string | Uint8Array)[]): WireEvent[] {
  const bytes = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
  if (format === "msgpack") return createFrameDecoder().push(bytes);
  if (format === "ndjson") return createNdjsonDecoder().push(bytes);
  const datas = [...bytes.toString().matchAll(/^id: 4:\d+\ndata: (.*)\n\n/gm)].map(([, data]) => `${data}\n`);
  return createNdjsonDecoder().push(Buffer.from(datas.join("")));
}

describe.each(["ndjson", "msgpack", "sse"] as const)("%s", (format) => {
  it("as an operator, a Node stream and a web stream says what the events say", async () => {
    const operated = await lastValueFrom(engine.generate(request).pipe(encodeEvents(format), toArray()));
    expect(decode(format, operated)).toEqual(expected);
    const written: Uint8Array[] = [];
    const writable = new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        written.push(chunk);
        done();
      },
    });
    await pipeline(engine.readable(request), encodingStream(format), writable);
    expect(decode(format, written)).toEqual(expected);
    const bytes = new Uint8Array(await new Response(webStream(engine.stream(request), format)).arrayBuffer());
    expect(decode(format, [bytes])).toEqual(expected);
  });
});

describe("the operator", () => {
  it("encodes each event when it comes, passes errors and completion on, and is cold", () => {
    new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run(({ cold, expectObservable }) => {
      const [a, b] = expected as [TokenEvent, TokenEvent];
      const lines = { x: `${JSON.stringify(a)}\n`, y: `${JSON.stringify(b)}\n` };
      const encoded = cold<TokenEvent>("-a-b|", { a, b }).pipe(encodeEvents("ndjson"));
      expectObservable(encoded).toBe("-x-y|", lines);
      expectObservable(encoded, "--!").toBe("-x", lines);
      expectObservable(cold<TokenEvent>("a#", { a }).pipe(encodeEvents("ndjson"))).toBe("x#", lines);
    });
  });

  it("refuses an unknown format by name", () => {
    expect(() => encodeEvents("xml" as WireFormat)).toThrow('"format" expected ndjson, msgpack, sse, got xml');
  });
});

describe("what is no event", () => {
  const notAnEvent = null as unknown as TokenEvent;

  it("fails the pipeline of a Node stream", async () => {
    const piped = pipeline(
      Readable.from([[notAnEvent]]),
      encodingStream("ndjson"),
      new Writable({ write: (_chunk, _encoding, done) => done() }),
    );
    await expect(piped).rejects.toThrow('"event" expected an object, got an array of 1');
  });

  it("fails a web stream, and ends the sequence that it came from", async () => {
    let hasEnded = false;
    const events = async function* () {
      try {
        yield notAnEvent;
        yield notAnEvent;
      } finally {
        hasEnded = true;
      }
    };
    await expect(new Response(webStream(events(), "sse")).text()).rejects.toThrow('"event" expected an object');
    expect(hasEnded).toBe(true);
  });
});

describe("a reader that stops", () => {
  it("pauses the sequence of a Node stream", async () => {
    const before = engine.stats().tokens;
    const stuck = new Writable({ highWaterMark: 1, write: () => undefined });
    const piping = pipeline(engine.readable({ maxTokens: 100_000 }), encodingStream("ndjson"), stuck).catch(
      () => "cut",
    );
    await expect.poll(() => engine.stats().tokens - before).toBeGreaterThan(2);
    await expect.poll(() => engine.stats().active + engine.stats().ready).toBe(0);
    expect(engine.stats().tokens - before).toBeLessThan(400);
    stuck.destroy();
    expect(await piping).toBe("cut");
    expect(engine.stats().open).toBe(0);
  });

  it("pauses the sequence of a web stream, and cancel() ends it", async () => {
    const before = engine.stats().tokens;
    const reader = webStream(engine.stream({ maxTokens: 100_000 }), "sse").getReader();
    await reader.read();
    await expect.poll(() => engine.stats().active + engine.stats().ready).toBe(0);
    expect(engine.stats().tokens - before).toBeLessThan(20);
    expect(engine.stats().open).toBe(1);
    await reader.cancel();
    expect(engine.stats().open).toBe(0);
  });
});

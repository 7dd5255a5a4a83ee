/** Events to their encoding as a web stream: `new Response(webStream(engine.stream(request), "sse"))`. */
import { refuse } from "@tokenmill/check";
import type { WireEvent } from "@tokenmill/protocol";
import { createEncoder, type WireFormat } from "./encoder.ts";

/** Pulled: a reader that stops pauses the sequence, `cancel()` ends it. @throws TypeError for an unknown format. */
export function webStream(events: AsyncIterable<WireEvent>, format: WireFormat): ReadableStream<Uint8Array> {
  if (typeof (events as Partial<typeof events> | null)?.[Symbol.asyncIterator] !== "function") {
    refuse("events", "async iterable of events", events, true);
  }
  const encode = createEncoder(format);
  const text = new TextEncoder();
  const iterator = events[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) return controller.close();
        try {
          const encoded = encode(value);
          controller.enqueue(typeof encoded === "string" ? text.encode(encoded) : encoded);
        } catch (error) {
          await iterator.return?.();
          throw error;
        }
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 1 },
  );
}

import type { TokenEvent } from "@tokenmill/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { PackedEvents } from "./packedEvents.ts";

it("gives back the events that came, in whatever form they were asked for", () => {
  const id = fc.nat(2 ** 31 - 1);
  const logprob = fc.double({ max: 0, noNaN: true });
  const top = fc.array(fc.record({ tokenId: id, logprob }), { maxLength: 20 });
  const token = fc.record({ tokenId: id, text: fc.string(), logprob, rank: fc.integer({ min: 1, max: 1000 }), top });
  const names = fc.array(id, { maxLength: 5 });
  const scored = (ids: readonly number[], own: number) => ids.map((tokenId, i) => ({ tokenId, logprob: own - i }));
  fc.assert(
    fc.property(fc.array(token, { maxLength: 200 }), fc.boolean(), names, (tokens, hasLogprobs, named) => {
      const events = tokens.map(
        ({ tokenId, text, logprob: own, rank, top: best }, index): TokenEvent => ({
          sequenceId: 7n,
          index,
          tokenId,
          text,
          ...(hasLogprobs && { logprob: own, rank }),
          ...(hasLogprobs && named.length > 0 && { namedLogprobs: scored(named, own) }),
          ...(hasLogprobs && best.length > 0 && { topLogprobs: best }),
          ...(named.length > 2 && { samplingMask: index % 2 === 0 ? named : "all", samplingLogprob: own }),
          ...(index === tokens.length - 1 && {
            finishReason: "stop",
            stopReason: "x",
            usage: { promptTokens: 1, completionTokens: 2 },
          }),
        }),
      );
      const packed = new PackedEvents();
      for (const event of events) packed.push(event);
      expect([...packed]).toEqual(events);
      expect(packed.length).toBe(events.length);
      expect(packed.at(-1)).toEqual(events.at(-1));
      expect(packed.at(0)).toEqual(events[0]);
      expect(packed.at(events.length)).toBeUndefined();
      const sum = events.reduce((all, event) => all + (event.logprob ?? Number.NaN), 0);
      expect(packed.meanLogprob).toBe(sum / events.length);
    }),
  );
});

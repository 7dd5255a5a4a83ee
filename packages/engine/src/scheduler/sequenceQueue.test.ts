import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sequence } from "./sequence.ts";
import { SequenceQueue } from "./sequenceQueue.ts";

describe("SequenceQueue", () => {
  it("behaves as an array under push, shift and remove", () => {
    const operations = fc.array(fc.oneof(fc.constant("push"), fc.constant("shift"), fc.nat(20)), { maxLength: 60 });
    fc.assert(
      fc.property(operations, (steps) => {
        const queue = new SequenceQueue();
        const model: Sequence[] = [];
        const taken: (Sequence | undefined)[][] = [];
        for (const step of steps) {
          if (step === "push") {
            const sequence = { previous: undefined, next: undefined } as Sequence;
            queue.push(sequence);
            model.push(sequence);
          } else if (step === "shift") taken.push([queue.shift(), model.shift()]);
          else if (typeof step === "number" && model.length > 0) {
            const [sequence] = model.splice(step % model.length, 1);
            queue.remove(sequence!);
          }
          expect(queue.length).toBe(model.length);
          expect(queue.first).toBe(model[0]);
        }
        while (queue.length > 0) taken.push([queue.shift(), model.shift()]);
        for (const [sequence, expected] of taken) expect(sequence).toBe(expected);
      }),
    );
  });
});

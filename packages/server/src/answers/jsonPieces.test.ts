import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonPieces, LazyArray } from "./jsonPieces.ts";

it("is the text of JSON.stringify, lazy arrays at any depth that answers have", () => {
  const column = fc.array(fc.jsonValue()).map((elements) => new LazyArray(() => elements));
  const choice = fc.record({
    index: fc.nat(),
    absent: fc.constant(undefined),
    text: fc.string({ unit: "binary" }),
    logprobs: fc.oneof(fc.constant(null), fc.record({ tokens: column, offsets: column })),
    ids: column,
  });
  const answer = fc.record({ id: fc.string(), choices: fc.array(choice).map((all) => new LazyArray(() => all)) });
  fc.assert(
    fc.property(answer, (value) => {
      expect([...jsonPieces(value)].join("")).toBe(JSON.stringify(value));
    }),
  );
});

it("makes elements when their piece is asked for", () => {
  let made = 0;
  const elements = function* (): Generator<string> {
    for (; made < 1000; made++) yield "x".repeat(1000);
  };
  const pieces = jsonPieces({ a: 1, all: new LazyArray(elements) });
  expect(made).toBe(0);
  expect((pieces.next().value as string).length).toBeLessThan(20_000);
  expect(made).toBeLessThan(20);
  expect([...pieces].length).toBeGreaterThan(50);
});

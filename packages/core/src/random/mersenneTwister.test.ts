import { expect, it } from "vitest";
import { mersenneTwister } from "./mersenneTwister.ts";

it("gives the published outputs: the 10,000th from seed 5489 is 4123659995 (C++ standard, [rand.predef])", () => {
  const outputs = mersenneTwister(5489, 10_000);
  expect(outputs[0]).toBe(3499211612);
  expect(outputs[9999]).toBe(4123659995);
});

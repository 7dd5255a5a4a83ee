import { validateParams } from "@tokenmill/core";
import { describe, expect, it } from "vitest";
import { sweepable, sweepOf } from "./sweep.ts";

describe("a sweep", () => {
  it.each(sweepable.map(({ name }) => name))("of %s goes between values that the kernels take", (name) => {
    const { from, to } = sweepOf(name)!;
    expect(from).toBeLessThan(to);
    for (const value of [from, to]) validateParams({ [name]: value }, 50_257, 5);
  });
});

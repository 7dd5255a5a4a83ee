import { expect, it } from "vitest";
import { CompiledGrammars } from "./compiledGrammars.ts";

function recorder(capacity: number): { take: (text: string) => () => void; log: string[]; grammars: CompiledGrammars } {
  const log: string[] = [];
  const grammars = new CompiledGrammars(capacity);
  const take = (text: string): (() => void) =>
    grammars.take(text, () => {
      log.push(`compile ${text}`);
      return { delete: () => log.push(`delete ${text}`) };
    }).release;
  return { take, log, grammars };
}

it("compiles an equal text once, in use or not", () => {
  const { take, log } = recorder(2);
  const releases = [take("a"), take("a")];
  for (const release of releases) release();
  take("a");
  expect(log).toEqual(["compile a"]);
});

it("drops what was used longest ago, and nothing that is in use", () => {
  const { take, log, grammars } = recorder(2);
  const releaseA = take("a");
  take("b")();
  take("c")();
  expect(log).toEqual(["compile a", "compile b", "compile c", "delete b"]);
  take("d");
  take("e");
  expect(log.slice(4)).toEqual(["compile d", "delete c", "compile e"]);
  expect(grammars.size).toBe(3);
  releaseA();
  expect(log.at(-1)).toBe("delete a");
});

it("keeps nothing that failed to compile", () => {
  const { take, log, grammars } = recorder(2);
  const fail = (): never => {
    throw new RangeError("bad");
  };
  expect(() => grammars.take("a", fail)).toThrow("bad");
  expect(grammars.size).toBe(0);
  take("a");
  expect(log).toEqual(["compile a"]);
});

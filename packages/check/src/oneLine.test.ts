import { expect, it } from "vitest";
import { oneLine, plainLines } from "./oneLine.ts";

it("no control character is left in a line", () => {
  expect(oneLine("\x1b[31ma\r\nb\rc\nd\x07\x7f\x9b\u2028\te")).toBe("·[31ma⏎b⏎c⏎d·····e");
});

it("line feeds stay in lines, and tabs take room", () => {
  expect(plainLines("Error: \x1b[2J\r\n\tat x\n")).toBe("Error: ·[2J\n  at x\n");
});

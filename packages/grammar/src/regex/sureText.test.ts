/** Expressions said to have infinitely many texts, by a count of their texts. */
import { expect, it } from "vitest";
import { countTexts } from "./countTexts.ts";
import { type Expr, Expressions } from "./expressions.ts";
import { regexText } from "./regexText.ts";
import { SureText } from "./sureText.ts";

const expressions = new Expressions();
const sureText = new SureText(expressions.nodes);
const of = (pattern: string): Expr => expressions.text(regexText(pattern), "utf8");
const endless = Number.POSITIVE_INFINITY;

it("an expression without complements is endless if it has a repetition without end, and no other one is", () => {
  const letter = of("[a-c]");
  const cases: readonly (readonly [Expr, boolean])[] = [
    [of('"[^"]*"'), true],
    [of("(ab|[0-9]{2,})c?"), true],
    [of("a{3}b|c{0,9}"), false],
    [expressions.none, false],
    [expressions.empty, false],
    [expressions.repeat(expressions.empty, 0, endless), false],
    [expressions.repeat(expressions.or([expressions.empty, expressions.none]), 1, endless), false],
    [expressions.concat([expressions.none, expressions.repeat(letter, 0, endless)]), false],
    [expressions.or([letter, expressions.repeat(letter, 2, endless)]), true],
  ];
  for (const [expr, isEndless] of cases) {
    expect(sureText.isEndless(expr)).toBe(isEndless);
    expect(countTexts(expressions, expr, 1e6) === endless).toBe(isEndless);
  }
});

it("what it says of intersections and complements is so", () => {
  const [letters, short] = [of("[a-c]*"), of("a{0,3}|bc")];
  const rest = expressions.and([letters, expressions.not(short)]);
  const few = expressions.and([of("a*"), expressions.not(of("aa+"))]);
  const cases: readonly (readonly [Expr, boolean, boolean])[] = [
    [rest, true, true],
    [expressions.concat([letters, few, of("b")]), true, false],
    [expressions.concat([of('"'), rest, of('"')]), true, true],
    [expressions.or([few, rest]), true, true],
    [expressions.concat([rest, expressions.and([letters, expressions.not(letters)])]), false, false],
    [few, false, false],
  ];
  for (const [expr, isEndless, isSaid] of cases) {
    expect(countTexts(expressions, expr, 1e6) === endless).toBe(isEndless);
    expect(sureText.isEndless(expr)).toBe(isSaid);
  }
});

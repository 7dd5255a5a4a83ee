/** Random grammars over few letters: ambiguous, left and right recursive, with empty lexemes and rules, and with counts. */
import fc from "fast-check";
import { Expressions } from "../regex/expressions.ts";
import type { CountBounds, GrammarRules, RuleEdge } from "../rules/grammarRules.ts";

interface Draft {
  readonly lexemes: readonly LexemeDraft[];
  readonly rules: readonly (readonly StateDraft[])[];
}

interface LexemeDraft {
  readonly text: string;
  readonly shape: "literal" | "class" | "star" | "bounded" | "without" | "lazy";
}

interface StateDraft {
  readonly isAccepting: boolean;
  readonly acceptingCount: CountBounds | undefined;
  readonly also: number | undefined;
  readonly edges: readonly {
    isRule: boolean;
    symbol: number;
    target: number;
    ifCount: CountBounds | undefined;
    counts: boolean;
  }[];
}

const bounds: fc.Arbitrary<CountBounds | undefined> = fc.option(
  fc
    .tuple(fc.nat(3), fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY))
    .map(([min, more]) => ({ min, max: min + more })),
  { nil: undefined, freq: 1 },
);

const lexeme: fc.Arbitrary<LexemeDraft> = fc.record({
  text: fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 3 }),
  shape: fc.constantFrom("literal", "literal", "class", "star", "bounded", "without", "lazy"),
});

const state: fc.Arbitrary<StateDraft> = fc.record({
  isAccepting: fc.boolean(),
  acceptingCount: bounds,
  also: fc.option(fc.nat(3), { nil: undefined, freq: 1 }),
  edges: fc.array(
    fc.record({ isRule: fc.boolean(), symbol: fc.nat(3), target: fc.nat(3), ifCount: bounds, counts: fc.boolean() }),
    { minLength: 1, maxLength: 3 },
  ),
});

export const randomRules: fc.Arbitrary<GrammarRules> = fc
  .record({
    lexemes: fc.array(lexeme, { minLength: 1, maxLength: 3 }),
    rules: fc.array(fc.array(state, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3, size: "max" }),
  })
  .map(build);

function build({ lexemes, rules }: Draft): GrammarRules {
  const expressions = new Expressions();
  const letter = expressions.bytes([[0x61, 0x62]]);
  const endless = Number.POSITIVE_INFINITY;
  const expressionOf = ({ text, shape }: LexemeDraft): number => {
    const literal = expressions.literal(text);
    switch (shape) {
      case "literal":
        return literal;
      case "class":
        return letter;
      case "star":
        return expressions.repeat(literal, 0, endless);
      case "bounded":
        return expressions.repeat(expressions.or([literal, expressions.literal("b")]), 1, 3);
      case "without":
        return expressions.and([
          expressions.repeat(letter, 0, endless),
          expressions.not(expressions.concat([expressions.all, literal, expressions.all])),
        ]);
      case "lazy":
        return expressions.concat([expressions.repeat(letter, 0, endless), literal]);
    }
  };
  return {
    expressions,
    lexemes: lexemes.map((draft, i) => ({
      name: `lexeme ${i}`,
      expression: expressionOf(draft),
      isLazy: draft.shape === "lazy",
    })),
    rules: rules.map((states, rule) => ({
      name: `rule ${rule}`,
      states: states.map(({ isAccepting, acceptingCount, also = 0, edges }, index) => ({
        isAccepting,
        ...(acceptingCount && { acceptingCount }),
        also: also > index && states[also]?.isAccepting === false ? also : undefined,
        edges: edges.map(
          ({ isRule, symbol, target, ifCount, counts }): RuleEdge => ({
            symbol: isRule ? { rule: symbol % rules.length } : { lexeme: symbol % lexemes.length },
            target: target % states.length,
            ...(ifCount && { ifCount }),
            counts,
          }),
        ),
      })),
    })),
    start: 0,
  };
}

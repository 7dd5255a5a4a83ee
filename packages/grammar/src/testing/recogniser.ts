/**
 * A plain recogniser of compiled grammars: facts "this rule reads the bytes from i to j", added until none is new. Slow and
 * obvious; no special tokens, no distinct texts.
 */
import { type CountBounds, edgesOf, type GrammarRules } from "../rules/grammarRules.ts";

const isWithin = (count: number, bounds: CountBounds | undefined): boolean =>
  bounds === undefined || (bounds.min <= count && count <= bounds.max);

/** Whether the bytes are in the grammar's language. */
export function recognises({ expressions, lexemes, rules, start }: GrammarRules, bytes: Uint8Array): boolean {
  const { length } = bytes;
  /** By lexeme and place: where it may end. */
  const lexemeEnds = lexemes.map(({ expression, isLazy }) =>
    Array.from({ length: length + 1 }, (_, from) => {
      const ends: number[] = [];
      for (let at = from, rest = expression; ; rest = expressions.derive(rest, bytes[at]!), at++) {
        if (expressions.isNullable(rest)) ends.push(at);
        const isOver = isLazy && ends.length > 0 && at > from;
        if (at === length || rest === expressions.none || isOver) return ends;
      }
    }),
  );
  const bounds = rules.flatMap(({ states }) =>
    states.flatMap(({ edges, acceptingCount }) => [acceptingCount, ...edges.map(({ ifCount }) => ifCount)]),
  );
  /** Counts from here on are all alike. */
  const alike = Math.max(
    0,
    ...bounds.flatMap((each) => (each ? [each.min, each.max + 1] : [])).filter(Number.isFinite),
  );
  const ruleEnds = rules.map(() => Array.from({ length: length + 1 }, () => new Set<number>()));
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (const [rule, { states }] of rules.entries()) {
      for (let from = 0; from <= length; from++) {
        const seen = new Set<string>();
        const waiting = [{ state: 0, count: 0, at: from }];
        for (let one = waiting.pop(); one; one = waiting.pop()) {
          const { state, count, at } = one;
          const key = `${state} ${count} ${at}`;
          if (seen.has(key)) continue;
          seen.add(key);
          const { isAccepting, acceptingCount } = states[state]!;
          if (isAccepting && isWithin(count, acceptingCount) && !ruleEnds[rule]![from]!.has(at)) {
            ruleEnds[rule]![from]!.add(at);
            hasChanged = true;
          }
          for (const { symbol, target, ifCount, counts } of edgesOf(states, state)) {
            if (!isWithin(count, ifCount)) continue;
            const ends = "rule" in symbol ? ruleEnds[symbol.rule]![at]! : lexemeEnds[symbol.lexeme]![at]!;
            const next = counts ? Math.min(count + 1, alike) : count;
            for (const end of ends) waiting.push({ state: target, count: next, at: end });
          }
        }
      }
    }
  }
  return ruleEnds[start]![0]!.has(length);
}

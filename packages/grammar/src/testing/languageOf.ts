/** The texts of a grammar up to a length, by its definition: least fixed points over substrings, slow and without a parser. */
import type { CountBounds, GrammarRules, RuleEdge } from "../rules/grammarRules.ts";

/** Every text of the letters up to the length. */
export function textsOf(letters: readonly string[], length: number): string[] {
  const texts = [""];
  for (const text of texts) if (text.length < length) texts.push(...letters.map((letter) => text + letter));
  return texts;
}

export function derives(grammar: GrammarRules, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  const { rules, lexemes, expressions } = grammar;
  /** By rule, by place: places where a text of the rule that begins there may end. */
  const ends = rules.map(() => Array.from({ length: bytes.length + 1 }, () => new Set<number>()));
  const lexemeEnds = (lexeme: number, at: number): number[] => {
    const found: number[] = [];
    for (let end = at; end <= bytes.length; end++) {
      if (expressions.accepts(lexemes[lexeme]!.expression, bytes.subarray(at, end))) found.push(end);
      if (found.length > 0 && lexemes[lexeme]!.isLazy && end > at) break;
    }
    return found;
  };
  const isWithin = (bounds: CountBounds | undefined, count: number): boolean =>
    bounds === undefined || (count >= bounds.min && count <= bounds.max);
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    rules.forEach(({ states }, rule) => {
      for (let start = 0; start <= bytes.length; start++) {
        const queue = [{ state: 0, count: 0, at: start }];
        const seen = new Set(["0 0 " + start]);
        const follow = ({ target, counts }: RuleEdge, count: number, at: number): void => {
          const next = Math.min(count + Number(counts ?? false), 20);
          const key = `${target} ${next} ${at}`;
          if (seen.has(key)) return;
          seen.add(key);
          queue.push({ state: target, count: next, at });
        };
        for (const { state, count, at } of queue) {
          const { edges, isAccepting, acceptingCount } = states[state]!;
          if (isAccepting && isWithin(acceptingCount, count) && !ends[rule]![start]!.has(at)) {
            ends[rule]![start]!.add(at);
            isChanged = true;
          }
          for (const edge of edges) {
            if (!isWithin(edge.ifCount, count)) continue;
            const { symbol } = edge;
            const found = "rule" in symbol ? ends[symbol.rule]![at]! : lexemeEnds(symbol.lexeme, at);
            for (const end of found) follow(edge, count, end);
          }
        }
      }
    });
  }
  return ends[grammar.start]![0]!.has(bytes.length);
}

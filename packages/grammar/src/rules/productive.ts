/** Which rules have a text at all, and which have the empty one: least fixed points over the rules that name each other. */
import type { Budget } from "../budget/budget.ts";
import { CountedBody, type Run } from "./counts.ts";
import type { GrammarRules, Rule, RuleEdge } from "./grammarRules.ts";

/** Most places of one body that only empty texts reach. */
const mostEmptyPlaces = 10_000;

export interface RuleFacts {
  /** By rule; undefined for one without a text. */
  readonly bodies: readonly (BodyFacts | undefined)[];
  /** By rule: whether the empty text is one of it. */
  readonly isNullable: readonly boolean[];
}

export interface BodyFacts {
  /** Counts from here on are all alike. */
  readonly saturation: number;
  /** In rising order of counts. */
  readonly runs: readonly Run[];
}

/** Of rules from which all that leads nowhere was taken. @throws RangeError for counts that cannot be followed */
export function prunedFacts({ rules }: GrammarRules, budget: Budget): RuleFacts {
  const bodies = rules.map((rule): BodyFacts => {
    budget.spend(1);
    if (isCounted(rule)) return new CountedBody(rule, () => true);
    return { saturation: 0, runs: [{ from: 0, live: new Uint8Array(rule.states.length).fill(1) }] };
  });
  return { bodies, isNullable: rules.map(() => false) };
}

function isCounted({ states, isCounted: isKnown }: Rule): boolean {
  if (isKnown !== undefined) return isKnown;
  return states.some(
    ({ edges, acceptingCount }) => acceptingCount ?? edges.some(({ counts, ifCount }) => counts ?? ifCount),
  );
}

/** @throws RangeError for counts that cannot be followed, GrammarBudgetError */
export function ruleFacts(grammar: GrammarRules, hasText: (lexeme: number) => boolean, budget: Budget): RuleFacts {
  const { rules, lexemes, expressions } = grammar;
  const users = rules.map((): number[] => []);
  rules.forEach(({ states }, rule) => {
    for (const { symbol } of states.flatMap(({ edges }) => edges)) if ("rule" in symbol) users[symbol.rule]!.push(rule);
  });
  const order = innerFirst(grammar);
  /** Looks at a rule again whenever one that it names has got the property. */
  const spread = (holds: (rule: number) => boolean): boolean[] => {
    const found = rules.map(() => false);
    const isQueued = rules.map(() => true);
    const queue = [...order];
    for (const rule of queue) {
      isQueued[rule] = false;
      budget.spend(1 + rules[rule]!.states.length);
      if (!holds(rule)) continue;
      found[rule] = true;
      for (const user of users[rule]!) {
        if (found[user] || isQueued[user]) continue;
        isQueued[user] = true;
        queue.push(user);
      }
    }
    return found;
  };

  const hasSome = new Set<number>();
  const canFollow = ({ symbol }: RuleEdge): boolean =>
    "rule" in symbol ? hasSome.has(symbol.rule) : hasText(symbol.lexeme);
  /** Bodies made when all that they name was known to have a text already. */
  const whole = new Map<number, CountedBody>();
  spread((rule) => {
    const isWhole = rules[rule]!.states.every(({ edges }) => edges.every(canFollow));
    const body = new CountedBody(rules[rule]!, canFollow);
    if (!body.isLive(0, 0)) return false;
    hasSome.add(rule);
    if (isWhole) whole.set(rule, body);
    return true;
  });
  const bodies = rules.map((rule, index) => {
    return hasSome.has(index) ? (whole.get(index) ?? new CountedBody(rule, canFollow)) : undefined;
  });

  const empty = new Set<number>();
  const isEmptyEdge = ({ symbol }: RuleEdge): boolean =>
    "rule" in symbol ? empty.has(symbol.rule) : isNullableLexeme(symbol.lexeme);
  const isNullableLexeme = (lexeme: number): boolean =>
    !lexemes[lexeme]!.tokenIds && expressions.isNullable(lexemes[lexeme]!.expression);
  const isNullable = spread((rule) => {
    const body = bodies[rule];
    const isEmpty = body !== undefined && endsEmpty(body, isEmptyEdge, rules[rule]!.name);
    if (isEmpty) empty.add(rule);
    return isEmpty;
  });
  return { bodies, isNullable };
}

/** The rules, those that others name before these, as far as there is such an order. */
function innerFirst({ rules }: GrammarRules): number[] {
  const named = rules.map(({ states }) =>
    states.flatMap(({ edges }) => edges.flatMap(({ symbol }) => ("rule" in symbol ? [symbol.rule] : []))),
  );
  const isSeen = rules.map(() => false);
  const order: number[] = [];
  const stack: { rule: number; next: number }[] = [];
  for (let first = 0; first < rules.length; first++) {
    if (isSeen[first]) continue;
    isSeen[first] = true;
    stack.push({ rule: first, next: 0 });
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const inner = named[top.rule]![top.next++];
      if (inner === undefined) {
        order.push(top.rule);
        stack.pop();
      } else if (!isSeen[inner]) {
        isSeen[inner] = true;
        stack.push({ rule: inner, next: 0 });
      }
    }
  }
  return order;
}

/** Whether the body can end along edges that read nothing. */
function endsEmpty(body: CountedBody, isEmptyEdge: (edge: RuleEdge) => boolean, name: string): boolean {
  const places = [{ state: 0, count: 0 }];
  const seen = new Set(["0 0"]);
  for (const { state, count } of places) {
    if (body.isAccepting(state, count)) return true;
    for (const { edge, count: next } of body.edges(state, count)) {
      const key = `${edge.target} ${next}`;
      if (seen.has(key) || !isEmptyEdge(edge)) continue;
      seen.add(key);
      places.push({ state: edge.target, count: next });
      if (places.length > mostEmptyPlaces) {
        throw new RangeError(`rule ${name} expected no count of empty texts beyond ${mostEmptyPlaces}`);
      }
    }
  }
  return false;
}

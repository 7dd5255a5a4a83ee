/**
 * An object whose properties come in any order, as part of a rule's body: one loop, in which each name is taken at most once
 * and the counter counts those that must be there. A state is what is left to be settled of the claims about several.
 */
import { hasLoneSurrogate } from "../json/texts.ts";
import type { BodyContext } from "./bodyContext.ts";
import { type Claims, claimsIn } from "./claims.ts";
import { isAllFrom } from "./countSets.ts";
import type { ObjectClaim } from "./objectClaims.ts";
import type { ObjectPlan } from "./objectPlan.ts";
import type { ObjectSteps } from "./objectSteps.ts";
import type { RuleBody } from "./ruleBody.ts";
import type { StateTable } from "./stateTable.ts";

type Left = Claims<ObjectClaim>;

/** Most names that are told apart. */
const mostNames = 512;
/** Most names in claims about several: each subset of them may be a state. */
const mostTogether = 6;

/** Whether properties of such objects can come in any order: with bounds on their number the counter is taken. */
export function fitsAnyOrder({ names, counts, others, free }: ObjectPlan): boolean {
  if (names.length === 0 || names.length > mostNames || names.length + free.length < 2) return false;
  if (!isAllFrom(counts, 0)) return false;
  const together = new Set<string>();
  for (const claim of claimsIn(others)) {
    if (claim.is === "count") return false;
    if ("name" in claim) together.add(claim.name);
  }
  return together.size <= mostTogether;
}

export class AnyOrderBody {
  readonly #context: BodyContext;
  readonly #body: RuleBody;
  readonly #end: number;
  readonly #plan: ObjectPlan;
  readonly #steps: ObjectSteps;
  readonly #states: StateTable;
  /** Names that must be there, whatever the others are. */
  readonly #required: ReadonlySet<string>;

  constructor(context: BodyContext, body: RuleBody, end: number, steps: ObjectSteps, states: StateTable) {
    this.#context = context;
    this.#body = body;
    this.#end = end;
    this.#plan = steps.plan;
    this.#steps = steps;
    this.#states = states;
    const { true: always } = context.views.objectTable;
    this.#required = new Set(this.#plan.names.filter((name) => !steps.without(name, always)));
  }

  build(start: number): void {
    const { punctuation } = this.#context;
    const { others } = this.#plan;
    if (this.#required.size === 0 && this.#mayEnd(others))
      this.#body.addEdge(start, punctuation.emptyObject, this.#end);
    this.#body.addEdge(start, punctuation.openObject, this.#beforeName(others));
    this.#states.fill();
  }

  #beforeName(left: Left): number {
    return this.#states.state(`name ${left.id}`, (state) => {
      const { punctuation } = this.#context;
      this.#plan.names.forEach((name, once) => {
        if (hasLoneSurrogate(name)) return;
        const counts = this.#required.has(name) ? { counts: true } : {};
        for (const { value, rest } of this.#steps.withNamed(name, left)) {
          const middle = this.#beforeValue(value, rest);
          if (middle !== undefined) this.#body.addEdge(state, punctuation.namedKey(name), middle, { ...counts, once });
        }
      });
      for (const keys of this.#plan.free) {
        for (const { value, rest } of this.#steps.withFree(keys, left)) {
          const middle = this.#beforeValue(value, rest);
          if (middle !== undefined) this.#steps.addFreeKey(state, keys, middle, {});
        }
      }
    });
  }

  #beforeValue(value: Parameters<BodyContext["symbolOf"]>[0], left: Left): number | undefined {
    const symbol = this.#context.symbolOf(value);
    if (!symbol) return undefined;
    const number = "lexeme" in symbol ? `l${symbol.lexeme}` : `r${symbol.rule}`;
    return this.#states.state(`value ${number} ${left.id}`, (state) =>
      this.#body.addEdge(state, symbol, this.#afterValue(left)),
    );
  }

  #afterValue(left: Left): number {
    return this.#states.state(`after ${left.id}`, (state) => {
      const { punctuation } = this.#context;
      this.#body.addEdge(state, punctuation.comma, this.#beforeName(left));
      if (!this.#mayEnd(left)) return;
      const { size: min } = this.#required;
      const ifCount = min === 0 ? {} : { ifCount: { min, max: Infinity } };
      this.#body.addEdge(state, punctuation.closeObject, this.#end, ifCount);
    });
  }

  /** Whether what is left holds if no further property comes. */
  #mayEnd(left: Left): boolean {
    const table = this.#context.views.objectTable;
    const atEnd = table.map(left, ({ is }) => {
      return is === "absent" || is === "property" || is === "each" ? table.true : table.false;
    });
    return atEnd.kind === "true";
  }
}

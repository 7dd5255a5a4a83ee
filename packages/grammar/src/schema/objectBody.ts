/**
 * An object as part of a rule's body: names in their order, then free ones. A state is a place in the order and what is left
 * to be settled of the claims.
 */
import { hasLoneSurrogate } from "../json/texts.ts";
import type { BodyContext } from "./bodyContext.ts";
import type { Choice } from "./choices.ts";
import { type Claims, claimsIn } from "./claims.ts";
import { type CountSet, everyCount, hasCount, isAllFrom, meetCounts, uniteCounts } from "./countSets.ts";
import type { ObjectClaim } from "./objectClaims.ts";
import type { ObjectPlan } from "./objectPlan.ts";
import type { ObjectSteps } from "./objectSteps.ts";
import type { RuleBody } from "./ruleBody.ts";
import type { StateTable } from "./stateTable.ts";

type Left = Claims<ObjectClaim>;

export class ObjectBody {
  readonly #context: BodyContext;
  readonly #body: RuleBody;
  readonly #end: number;
  readonly #plan: ObjectPlan;
  readonly #steps: ObjectSteps;
  readonly #states: StateTable;
  readonly #isCounted: boolean;

  constructor(context: BodyContext, body: RuleBody, end: number, steps: ObjectSteps, states: StateTable) {
    this.#context = context;
    this.#body = body;
    this.#end = end;
    this.#plan = steps.plan;
    this.#steps = steps;
    this.#states = states;
    const bounds = [...this.#plan.counts, ...[...claimsIn(this.#plan.others)].filter((claim) => claim.is === "count")];
    this.#isCounted = bounds.some(({ min, max }) => min > 1 || (max > 0 && max < Infinity));
  }

  /** Adds edges from the state to the end for all such objects. */
  build(start: number): void {
    const { punctuation } = this.#context;
    const { others } = this.#plan;
    if (hasCount(this.#countsAtEnd(0, others), 0)) this.#body.addEdge(start, punctuation.emptyObject, this.#end);
    this.#body.addEdge(start, punctuation.openObject, this.#beforeName(0, others));
    this.#states.fill();
  }

  /** After a brace or comma: a name from the place on must follow. */
  #beforeName(place: number, left: Left): number {
    return this.#states.state(`name ${place} ${left.id}`, (state) => {
      const { names, free } = this.#plan;
      const counts = this.#isCounted ? { counts: true } : {};
      let rest = left;
      for (let at = place; at < names.length; at++) {
        const name = names[at]!;
        if (!hasLoneSurrogate(name)) {
          this.#addChoices(this.#steps.withNamed(name, rest), at + 1, (middle) => {
            this.#body.addEdge(state, this.#context.punctuation.namedKey(name), middle, counts);
          });
        }
        const without = this.#steps.without(name, rest);
        if (!without) return;
        rest = without;
      }
      for (const keys of free) {
        this.#addChoices(this.#steps.withFree(keys, rest), names.length, (middle) => {
          this.#steps.addFreeKey(state, keys, middle, counts);
        });
      }
    });
  }

  #addChoices(choices: readonly Choice<ObjectClaim>[], place: number, addKey: (middle: number) => void): void {
    for (const { value, rest } of choices) {
      const symbol = this.#context.symbolOf(value);
      if (!symbol) continue;
      const number = "lexeme" in symbol ? `l${symbol.lexeme}` : `r${symbol.rule}`;
      addKey(
        this.#states.state(`value ${number} ${place} ${rest.id}`, (middle) =>
          this.#body.addEdge(middle, symbol, this.#afterValue(place, rest)),
        ),
      );
    }
  }

  #afterValue(place: number, left: Left): number {
    return this.#states.state(`after ${place} ${left.id}`, (state) => {
      const { punctuation } = this.#context;
      const { names, free } = this.#plan;
      if (place < names.length || free.length > 0) {
        this.#body.addEdge(state, punctuation.comma, this.#beforeName(place, left));
      }
      const counts = meetCounts(this.#countsAtEnd(place, left), [{ min: 1, max: Infinity }]);
      if (isAllFrom(counts, 1)) this.#body.addEdge(state, punctuation.closeObject, this.#end);
      else for (const ifCount of counts) this.#body.addEdge(state, punctuation.closeObject, this.#end, { ifCount });
    });
  }

  /** The numbers of properties with which the object may end here. */
  #countsAtEnd(place: number, left: Left): CountSet {
    let rest: Left | undefined = left;
    for (const name of this.#plan.names.slice(place)) {
      rest = this.#steps.without(name, rest);
      if (!rest) return [];
    }
    return meetCounts(countsOf(rest), this.#plan.counts);
  }
}

/** If no further property comes. */
function countsOf(claims: Left): CountSet {
  switch (claims.kind) {
    case "true":
      return everyCount;
    case "false":
      return [];
    case "all":
      return claims.parts.map(countsOf).reduce(meetCounts);
    case "any":
      return uniteCounts(claims.parts.map(countsOf));
    case "claim":
      if (claims.claim.is === "count") return [claims.claim];
      return claims.claim.is === "each" ? everyCount : [];
    default:
      return claims satisfies never;
  }
}

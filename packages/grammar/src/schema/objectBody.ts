/**
 * An object as part of a rule's body: names in their order, then free ones. A state is a place in the order and what is left
 * to be settled of the claims.
 */
import { hasLoneSurrogate } from "../json/texts.ts";
import type { BodyContext } from "./bodyContext.ts";
import type { Choice } from "./choices.ts";
import type { Claims } from "./claims.ts";
import { type CountSet, everyCount, hasCount, isAllFrom, meetCounts, uniteCounts } from "./countSets.ts";
import type { ObjectClaim } from "./objectClaims.ts";
import { areOfOneKind, isCounted, type ObjectPlan } from "./objectPlan.ts";
import type { ObjectSteps } from "./objectSteps.ts";
import type { RuleBody, RuleSymbol } from "./ruleBody.ts";
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
  /** By place and what is left. */
  readonly #endCounts = new Map<string, CountSet>();

  constructor(context: BodyContext, body: RuleBody, end: number, steps: ObjectSteps, states: StateTable) {
    this.#context = context;
    this.#body = body;
    this.#end = end;
    this.#plan = steps.plan;
    this.#steps = steps;
    this.#states = states;
    this.#isCounted = isCounted(this.#plan);
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
      const name = names[place];
      if (name === undefined) {
        const properties = this.#freeProperties(left);
        if (properties) {
          this.#body.addEdge(state, properties, this.#beforeEnd());
          return;
        }
        for (const keys of free) {
          this.#addChoices(this.#steps.withFree(keys, left), place, (middle) => {
            this.#steps.addFreeKey(state, keys, middle, counts);
          });
        }
        return;
      }
      if (!hasLoneSurrogate(name)) {
        this.#addChoices(this.#steps.withNamed(name, left), place + 1, (middle) => {
          this.#body.addEdge(state, this.#context.punctuation.namedKey(name), middle, counts);
        });
      }
      const without = this.#steps.without(name, left);
      if (without) this.#body.addEdgesOf(state, this.#beforeName(place + 1, without));
    });
  }

  /** Of a value that is compared: all free properties at once, where they are of one kind and nothing else is asked of them. */
  #freeProperties(left: Left): RuleSymbol | undefined {
    const { settings } = this.#context;
    const [keys] = this.#plan.free;
    if (settings.comparing.length === 0 || !keys || !areOfOneKind(this.#plan) || left.kind !== "true") return undefined;
    return this.#context.distinctPropertiesOf(this.#steps.textsOf(keys), keys.value);
  }

  #beforeEnd(): number {
    return this.#states.state("end", (state) =>
      this.#body.addEdge(state, this.#context.punctuation.closeObject, this.#end),
    );
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
    const { names, counts } = this.#plan;
    const passed: string[] = [];
    let found: CountSet | undefined;
    for (let [at, rest]: [number, Left | undefined] = [place, left]; found === undefined; at++) {
      if (!rest) found = [];
      else if (at === names.length) found = meetCounts(countsOf(rest), counts);
      else {
        const key = `${at} ${rest.id}`;
        found = this.#endCounts.get(key);
        if (!found) passed.push(key);
        rest = this.#steps.without(names[at]!, rest);
      }
    }
    for (const key of passed) this.#endCounts.set(key, found);
    return found;
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

/**
 * An object as part of a rule's body: names in their order, then free ones. A state is a place in the order and what is left
 * to be settled of the claims.
 */
import { hasLoneSurrogate } from "../json/texts.ts";
import type { Choice } from "./choices.ts";
import { Chooser, type Settlement } from "./choices.ts";
import { type Claims, claimsIn } from "./claims.ts";
import type { BodyContext } from "./bodyContext.ts";
import { type CountSet, hasCount, isAllFrom, meetCounts, uniteCounts, everyCount } from "./countSets.ts";
import type { ObjectClaim } from "./objectClaims.ts";
import { type FreeKeys, type ObjectPlan, planObject } from "./objectPlan.ts";
import type { RuleBody, RuleSymbol } from "./ruleBody.ts";

type Left = Claims<ObjectClaim>;

export class ObjectBody {
  readonly #context: BodyContext;
  readonly #body: RuleBody;
  readonly #end: number;
  readonly #plan: ObjectPlan;
  readonly #chooser: Chooser<ObjectClaim>;
  readonly #states = new Map<string, number>();
  readonly #pending: (() => void)[] = [];
  readonly #isCounted: boolean;
  readonly #isDistinct: boolean;

  constructor(context: BodyContext, body: RuleBody, end: number, claims: Left) {
    this.#context = context;
    this.#body = body;
    this.#end = end;
    const { views, formulas, settings, budget } = context;
    this.#plan = planObject(views, formulas, claims, settings.stringLength);
    this.#chooser = new Chooser(views.objectTable, formulas, (formula) => views.isSurelyEmpty(formula), budget);
    const others = [...claimsIn(this.#plan.others)];
    const bounds = [...this.#plan.counts, ...others.filter((claim) => claim.is === "count")];
    this.#isCounted = bounds.some(({ min, max }) => min > 1 || (max > 0 && max < Infinity));
    this.#isDistinct = bounds.some(({ min }) => min > 1) || others.some(({ is }) => is === "some");
  }

  /** Adds edges from the state to the end for all such objects. */
  build(start: number): void {
    const { punctuation } = this.#context;
    const { others } = this.#plan;
    if (hasCount(this.#countsAtEnd(0, others), 0)) this.#body.addEdge(start, punctuation.emptyObject, this.#end);
    this.#body.addEdge(start, punctuation.openObject, this.#beforeName(0, others));
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) next();
  }

  #state(key: string, fill: (state: number) => void): number {
    let state = this.#states.get(key);
    if (state === undefined) {
      this.#context.budget.spend(4);
      const made = (state = this.#body.addState());
      this.#states.set(key, made);
      this.#pending.push(() => fill(made));
    }
    return state;
  }

  /** After a brace or comma: a name from the place on must follow. */
  #beforeName(place: number, left: Left): number {
    return this.#state(`name ${place} ${left.id}`, (state) => {
      const { names } = this.#plan;
      let rest = left;
      for (let at = place; at < names.length; at++) {
        this.#addNamed(state, at, rest);
        const without = this.#without(names[at]!, rest);
        if (!without) return;
        rest = without;
      }
      for (const keys of this.#plan.free) this.#addFree(state, keys, rest);
    });
  }

  /** After a value. */
  #afterValue(place: number, left: Left): number {
    return this.#state(`after ${place} ${left.id}`, (state) => {
      const { punctuation } = this.#context;
      if (place < this.#plan.names.length || this.#plan.free.length > 0) {
        this.#body.addEdge(state, punctuation.comma, this.#beforeName(place, left));
      }
      const counts = meetCounts(this.#countsAtEnd(place, left), [{ min: 1, max: Infinity }]);
      if (isAllFrom(counts, 1)) this.#body.addEdge(state, punctuation.closeObject, this.#end);
      else for (const ifCount of counts) this.#body.addEdge(state, punctuation.closeObject, this.#end, { ifCount });
    });
  }

  #addNamed(state: number, at: number, left: Left): void {
    const { views, punctuation, formulas } = this.#context;
    const table = views.objectTable;
    const name = this.#plan.names[at]!;
    if (hasLoneSurrogate(name)) return;
    const present = (claims: Left): Left =>
      table.map(claims, (claim, of) => {
        if (!("name" in claim) || claim.name !== name || claim.is === "property") return of;
        return claim.is === "present" ? table.true : table.false;
      });
    const claims = table.all([present(this.#plan.local.get(name) ?? table.true), present(left)]);
    if (claims.kind === "false") return;
    const choices = this.#chooser.choices(claims, formulas.true, (claim) =>
      claim.is === "property" && claim.name === name
        ? { value: claim.value, met: table.true, otherwise: formulas.true, unmet: table.false }
        : undefined,
    );
    const key = (): RuleSymbol => punctuation.namedKey(name);
    this.#addChoices(choices, (middle) => this.#body.addEdge(state, key(), middle, this.#counts()), at + 1);
  }

  #addFree(state: number, keys: FreeKeys, left: Left): void {
    const { punctuation, views, formulas } = this.#context;
    const table = views.objectTable;
    const settle = (claim: ObjectClaim, of: Left): Settlement<ObjectClaim> | undefined => {
      if ((claim.is !== "each" && claim.is !== "some") || !keys.has(claim.keys)) return undefined;
      const { value } = claim;
      return claim.is === "each"
        ? { value, met: of, otherwise: formulas.true, unmet: table.false }
        : { value, met: table.true, otherwise: formulas.true, unmet: of };
    };
    const choices = this.#chooser.choices(left, keys.value, settle);
    this.#addChoices(
      choices,
      (middle) => {
        if (!this.#isDistinct) {
          this.#body.addEdge(state, punctuation.key(keys.texts, "name"), middle, this.#counts());
          return;
        }
        const named = this.#state(`colon ${middle}`, (from) => this.#body.addEdge(from, punctuation.colon, middle));
        this.#body.addEdge(state, punctuation.name(keys.texts, "name"), named, { ...this.#counts(), isDistinct: true });
      },
      this.#plan.names.length,
    );
  }

  #addChoices(choices: readonly Choice<ObjectClaim>[], addKey: (middle: number) => void, place: number): void {
    for (const { value, rest } of choices) {
      const symbol = this.#context.symbolOf(value);
      if (!symbol) continue;
      const number = "lexeme" in symbol ? `l${symbol.lexeme}` : `r${symbol.rule}`;
      addKey(
        this.#state(`value ${number} ${place} ${rest.id}`, (middle) =>
          this.#body.addEdge(middle, symbol, this.#afterValue(place, rest)),
        ),
      );
    }
  }

  #counts(): { counts?: boolean } {
    return this.#isCounted ? { counts: true } : {};
  }

  /** Undefined if the name must be there. */
  #without(name: string, left: Left): Left | undefined {
    const table = this.#context.views.objectTable;
    const absent = (claims: Left): Left =>
      table.map(claims, (claim, of) => {
        if (!("name" in claim) || claim.name !== name) return of;
        return claim.is === "present" ? table.false : table.true;
      });
    const local = this.#plan.local.get(name);
    if (local && absent(local).kind === "false") return undefined;
    const rest = absent(left);
    return rest.kind === "false" ? undefined : rest;
  }

  /** The numbers of properties with which the object may end here. */
  #countsAtEnd(place: number, left: Left): CountSet {
    let rest: Left | undefined = left;
    for (const name of this.#plan.names.slice(place)) {
      rest = this.#without(name, rest);
      if (!rest) return [];
    }
    const of = (claims: Left): CountSet => {
      switch (claims.kind) {
        case "true":
          return everyCount;
        case "false":
          return [];
        case "all":
          return claims.parts.map(of).reduce(meetCounts);
        case "any":
          return uniteCounts(claims.parts.map(of));
        case "claim":
          if (claims.claim.is === "count") return [claims.claim];
          return claims.claim.is === "each" ? everyCount : [];
        default:
          return claims satisfies never;
      }
    };
    return meetCounts(of(rest), this.#plan.counts);
  }
}

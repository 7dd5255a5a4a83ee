/** An array as part of a rule's body. A state is a place and what is left to be settled of the claims. */
import type { ArrayClaim } from "./arrayClaims.ts";
import { type ArrayPlan, planArray } from "./arrayPlan.ts";
import type { BodyContext } from "./bodyContext.ts";
import { Chooser, type Settlement } from "./choices.ts";
import type { Claims } from "./claims.ts";
import { type CountSet, everyCount, hasCount, isAllFrom, lowerCounts, meetCounts, uniteCounts } from "./countSets.ts";
import { areWrittenAlike, IncomparableError } from "./comparable.ts";
import { UnsupportedSchemaError } from "./errors.ts";
import type { Formula } from "./formula.ts";
import type { ObjectPlan } from "./objectPlan.ts";
import type { RuleBody, RuleSymbol } from "./ruleBody.ts";
import { StateTable } from "./stateTable.ts";

type Left = Claims<ArrayClaim>;

export class ArrayBody {
  readonly #context: BodyContext;
  readonly #body: RuleBody;
  readonly #end: number;
  readonly #plan: ArrayPlan;
  readonly #isUnique: boolean;
  readonly #chooser: Chooser<ArrayClaim>;
  readonly #states: StateTable;
  /** By what items satisfy that are compared: objects among them. */
  readonly #compared = new Map<Formula, readonly ObjectPlan[]>();

  constructor(context: BodyContext, body: RuleBody, end: number, claims: Left) {
    this.#context = context;
    this.#body = body;
    this.#end = end;
    const { views, formulas, budget } = context;
    this.#states = new StateTable(body, budget);
    this.#plan = planArray(views.arrayTable, claims);
    this.#isUnique = this.#plan.unique !== undefined && this.#plan.counts.some(({ max }) => max > 1);
    this.#chooser = new Chooser(views.arrayTable, formulas, (formula) => views.isSurelyEmpty(formula), budget);
  }

  /** Adds edges from the state to the end for all such arrays. */
  build(start: number): void {
    if (this.#isUnique && !this.#hasEnough()) return;
    if (this.#isUnique && this.#context.settings.comparing.length > 0) {
      this.#comparing(() => this.#addDistinctList(start));
      return;
    }
    const { punctuation } = this.#context;
    const { others } = this.#plan;
    if (hasCount(this.#lengthsAtEnd(0, others), 0)) this.#body.addEdge(start, punctuation.emptyArray, this.#end);
    this.#body.addEdge(start, punctuation.openArray, this.#beforeItem(0, others));
    this.#states.fill();
  }

  /** Whether there are as many different items as there must be at least, where all are of one kind. */
  #hasEnough(): boolean {
    const { places, counts } = this.#plan;
    const least = Math.min(...counts.map(({ min }) => min));
    if (least < 2 || places > least) return true;
    const item = this.#everyItem();
    return item === undefined || this.#comparing(() => this.#context.hasTexts(item, least));
  }

  /** What each item satisfies, where nothing tells them apart; undefined elsewhere. */
  #everyItem(): Formula | undefined {
    const { places, formulasAt, others } = this.#plan;
    const { formulas } = this.#context;
    const values = new Set(Array.from({ length: places + 1 }, (_, place) => formulas.and(formulasAt(place))));
    const [item] = values;
    return others.kind === "true" && values.size === 1 ? item : undefined;
  }

  /** Items inside of a value that is compared: which they were is kept in the expression, not by the parser. */
  #addDistinctList(start: number): void {
    const { punctuation } = this.#context;
    const item = this.#everyItem();
    if (item === undefined) throw new IncomparableError("items of several kinds are not compared inside of an item");
    for (const { min, max } of this.#plan.counts) {
      if (min === 0) this.#body.addEdge(start, punctuation.emptyArray, this.#end);
      const items = max > 0 ? this.#context.distinctListOf(item, { min: Math.max(min, 1), max }) : undefined;
      if (!items) continue;
      const [before, after] = [this.#body.addState(), this.#body.addState()];
      this.#body.addEdge(start, punctuation.openArray, before);
      this.#body.addEdge(before, items, after);
      this.#body.addEdge(after, punctuation.closeArray, this.#end);
    }
  }

  /** After a bracket or comma: so many items have been. */
  #beforeItem(items: number, left: Left): number {
    return this.#states.state(`item ${items} ${left.id}`, (state) => {
      const { places, isCounted } = this.#plan;
      const { formulas } = this.#context;
      const value = formulas.and(this.#plan.formulasAt(items));
      if (value.kind === "false") return;
      const choices = this.#chooser.choices(left, value, (claim, of) => this.#settle(claim, of, items));
      const next = Math.min(items + 1, places);
      const counts = isCounted && items === places ? { counts: true } : {};
      for (const { value: chosen, rest } of choices) {
        const symbol = this.#symbolOf(chosen);
        if (!symbol) continue;
        const distinct = this.#isUnique ? { isDistinct: true } : {};
        this.#body.addEdge(state, symbol, this.#afterItem(next, rest), { ...counts, ...distinct });
      }
    });
  }

  #symbolOf(value: Formula): RuleSymbol | undefined {
    const context = this.#context;
    if (!this.#isUnique) return context.symbolOf(value);
    return this.#comparing(() => {
      const distinct = context.distinctSymbolOf(value);
      if (!distinct) return undefined;
      const { symbol, plans } = distinct;
      this.#compared.set(value, plans);
      if (plans.length > 0 && this.#compared.size > 1 && !areWrittenAlike([...this.#compared.values()].flat())) {
        throw new IncomparableError("objects that may be written in several orders are not compared");
      }
      return symbol;
    });
  }

  #comparing<T>(find: () => T): T {
    try {
      return find();
    } catch (error) {
      if (!(error instanceof IncomparableError)) throw error;
      const { keyword, pointer } = this.#plan.unique!;
      throw new UnsupportedSchemaError(keyword, pointer, error.message);
    }
  }

  #afterItem(items: number, left: Left): number {
    return this.#states.state(`after ${items} ${left.id}`, (state) => {
      const { punctuation } = this.#context;
      const { places } = this.#plan;
      this.#body.addEdge(state, punctuation.comma, this.#beforeItem(items, left));
      const lengths = this.#lengthsAtEnd(items, left);
      if (items < places) {
        if (hasCount(lengths, items)) this.#body.addEdge(state, punctuation.closeArray, this.#end);
        return;
      }
      // the counter begins after the places; without it one more item changes nothing
      const counts = lowerCounts(lengths, places);
      if (!this.#plan.isCounted && hasCount(lengths, Math.max(places, 1)))
        this.#body.addEdge(state, punctuation.closeArray, this.#end);
      else if (!this.#plan.isCounted) return;
      else if (isAllFrom(counts, 0)) this.#body.addEdge(state, punctuation.closeArray, this.#end);
      else for (const ifCount of counts) this.#body.addEdge(state, punctuation.closeArray, this.#end, { ifCount });
    });
  }

  #settle(claim: ArrayClaim, of: Left, index: number): Settlement<ArrayClaim> | undefined {
    const { formulas, views } = this.#context;
    const table = views.arrayTable;
    const [always, either] = [table.true, formulas.true];
    switch (claim.is) {
      case "item":
        if (claim.index !== index) return undefined;
        return { value: claim.value, met: always, otherwise: either, unmet: table.false };
      case "rest":
        if (claim.from > index) return undefined;
        return { value: claim.value, met: of, otherwise: either, unmet: table.false };
      case "some":
        if (claim.from > index) return undefined;
        return { value: claim.value, met: always, otherwise: either, unmet: of };
      case "contains": {
        const [min, max] = [Math.max(claim.min - 1, 0), claim.max - 1];
        const rest = formulas.not(claim.value);
        const met =
          max < 0
            ? table.false
            : max === 0 && min === 0
              ? table.claim({ is: "rest", from: 0, value: rest })
              : min === 0 && max === Infinity
                ? always
                : table.claim({ ...claim, min, max });
        return { value: claim.value, met, otherwise: rest, unmet: of };
      }
      case "count":
      case "unique":
      case "repeated":
        return undefined;
      default:
        return claim satisfies never;
    }
  }

  /** The lengths with which the array may end after so many items. */
  #lengthsAtEnd(items: number, left: Left): CountSet {
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
          if (claims.claim.is === "repeated") {
            this.#context.views.leaveOut(claims.claim.origin, "two equal items cannot be asked for");
          }
          return atEnd(claims.claim, items);
        default:
          return claims satisfies never;
      }
    };
    return meetCounts(of(left), this.#plan.counts);
  }
}

function atEnd(claim: ArrayClaim, items: number): CountSet {
  switch (claim.is) {
    case "count":
      return [claim];
    case "item":
      return claim.index >= items ? everyCount : [];
    case "rest":
      return everyCount;
    case "some":
    case "repeated":
      return [];
    case "contains":
      return claim.min === 0 ? everyCount : [];
    case "unique":
      throw new UnsupportedSchemaError(
        claim.origin.keyword,
        claim.origin.pointer,
        "it is not enforced in an alternative",
      );
    default:
      return claim satisfies never;
  }
}

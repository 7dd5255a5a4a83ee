/** What becomes of an object's claims with a property, and without it. */
import { literal, not, or } from "../json/texts.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import type { BodyContext } from "./bodyContext.ts";
import { type Choice, Chooser, type Settlement } from "./choices.ts";
import { type Claims, claimsIn } from "./claims.ts";
import type { ObjectClaim } from "./objectClaims.ts";
import type { FreeKeys, ObjectPlan } from "./objectPlan.ts";
import type { EdgeExtras, RuleBody } from "./ruleBody.ts";
import type { StateTable } from "./stateTable.ts";

type Left = Claims<ObjectClaim>;

export class ObjectSteps {
  readonly plan: ObjectPlan;
  readonly #context: BodyContext;
  readonly #body: RuleBody;
  readonly #states: StateTable;
  readonly #chooser: Chooser<ObjectClaim>;
  /** Free names must not come twice where they are counted, one of them is looked for, or the object is compared. */
  readonly #isDistinct: boolean;
  /** By claims: the names that they say something of. */
  readonly #names = new Map<Left, Set<string>>();
  /** By name: the ways in which it may come where nothing else is said of it; whether it must come. */
  readonly #ownChoices = new Map<string, Choice<ObjectClaim>[]>();
  readonly #areRequired = new Map<string, boolean>();

  constructor(context: BodyContext, body: RuleBody, states: StateTable, plan: ObjectPlan) {
    this.plan = plan;
    this.#context = context;
    this.#body = body;
    this.#states = states;
    const { views, formulas, budget } = context;
    this.#chooser = new Chooser(views.objectTable, formulas, (formula) => views.isSurelyEmpty(formula), budget);
    const others = claimsIn(plan.others);
    const bounds = [...plan.counts, ...others.filter((claim) => claim.is === "count")];
    this.#isDistinct =
      context.settings.comparing.length > 0 ||
      bounds.some(({ min }) => min > 1) ||
      others.some(({ is }) => is === "some");
  }

  /** Ways in which a property of the name may come next. */
  withNamed(name: string, left: Left): Choice<ObjectClaim>[] {
    const table = this.#context.views.objectTable;
    if (this.#isAbout(left, name)) return this.#choicesOf(name, table.all([this.#local(name), left]));
    let own = this.#ownChoices.get(name);
    if (!own) this.#ownChoices.set(name, (own = this.#choicesOf(name, this.#local(name))));
    return left.kind === "true" ? own : own.map(({ value, rest }) => ({ value, rest: table.all([rest, left]) }));
  }

  /** With the claims that there are. */
  #choicesOf(name: string, given: Left): Choice<ObjectClaim>[] {
    const { views, formulas } = this.#context;
    const table = views.objectTable;
    const claims = table.map(given, (claim, of) => {
      if (!("name" in claim) || claim.name !== name || claim.is === "property") return of;
      return claim.is === "present" ? table.true : table.false;
    });
    if (claims.kind === "false") return [];
    // most properties have a schema, and nothing else is said of them
    if (claims.kind === "true") return [{ value: formulas.true, rest: claims }];
    if (claims.kind === "claim" && claims.claim.is === "property" && claims.claim.name === name) {
      return [{ value: claims.claim.value, rest: table.true }];
    }
    return this.#chooser.choices(claims, formulas.true, (claim) =>
      claim.is === "property" && claim.name === name
        ? { value: claim.value, met: table.true, otherwise: formulas.true, unmet: table.false }
        : undefined,
    );
  }

  #local(name: string): Left {
    return this.plan.local.get(name) ?? this.#context.views.objectTable.true;
  }

  /** Whether the claims say something of the name. */
  #isAbout(claims: Left, name: string): boolean {
    if (claims.kind === "true") return false;
    let names = this.#names.get(claims);
    if (!names) {
      names = new Set();
      for (const claim of claimsIn(claims)) if ("name" in claim) names.add(claim.name);
      this.#names.set(claims, names);
    }
    return names.has(name);
  }

  /** Ways in which a property whose name is not declared may come next. */
  withFree(keys: FreeKeys, left: Left): Choice<ObjectClaim>[] {
    const { views, formulas } = this.#context;
    const table = views.objectTable;
    return this.#chooser.choices(left, keys.value, (claim, of): Settlement<ObjectClaim> | undefined => {
      if ((claim.is !== "each" && claim.is !== "some") || !keys.has(claim.keys)) return undefined;
      const { value } = claim;
      return claim.is === "each"
        ? { value, met: of, otherwise: formulas.true, unmet: table.false }
        : { value, met: table.true, otherwise: formulas.true, unmet: of };
    });
  }

  /** What is left if the name does not come; undefined if it must. */
  without(name: string, left: Left): Left | undefined {
    let isRequired = this.#areRequired.get(name);
    if (isRequired === undefined) {
      isRequired = this.#absent(name, this.#local(name)).kind === "false";
      this.#areRequired.set(name, isRequired);
    }
    if (isRequired) return undefined;
    const rest = this.#isAbout(left, name) ? this.#absent(name, left) : left;
    return rest.kind === "false" ? undefined : rest;
  }

  #absent(name: string, claims: Left): Left {
    const table = this.#context.views.objectTable;
    return table.map(claims, (claim, of) => {
      if (!("name" in claim) || claim.name !== name) return of;
      return claim.is === "present" ? table.false : table.true;
    });
  }

  /** What such names are. */
  textsOf({ texts }: FreeKeys): TextRegex {
    return texts ?? not(or(...this.plan.declared.map(literal)));
  }

  /** An edge for any such name, to a state in which its value follows. */
  addFreeKey(from: number, keys: FreeKeys, target: number, more: EdgeExtras): void {
    const { punctuation } = this.#context;
    if (!this.#isDistinct) {
      const { texts } = keys;
      const { declared } = this.plan;
      const key = texts ? punctuation.key(texts, "name") : punctuation.otherKey(declared, "name");
      this.#body.addEdge(from, key, target, more);
      return;
    }
    const named = this.#states.state(`colon ${target}`, (state) =>
      this.#body.addEdge(state, punctuation.colon, target),
    );
    const name = punctuation.name(this.textsOf(keys), "name");
    this.#body.addEdge(from, name, named, { ...more, isDistinct: true });
  }
}

/** The plans that a sequence has besides that of its request, one for each of its phases. */
import { ExpectedCost, type Plan } from "@tokenmill/worker-pool";

export interface PhasePlans {
  readonly plans: readonly Plan[];
  /** The phase of the next token as the sequence is opened; undefined: none has begun. */
  readonly first: number | undefined;
  /** What the sequence's rows of each cost. */
  readonly costs: readonly ExpectedCost[];
}

/** Undefined without any. */
export function phasePlans(plans: readonly Plan[], first: number | undefined): PhasePlans | undefined {
  if (plans.length === 0) return undefined;
  return { plans, first, costs: plans.map(() => new ExpectedCost()) };
}

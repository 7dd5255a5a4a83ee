/** The plans of a sequence: that of its own parameters, and one for each phase. */
import type { SamplingParams } from "@tokenmill/core";
import type { Plan, SamplerPool } from "@tokenmill/worker-pool";
import type { SteeringRule } from "../control/steering.ts";
import { eachPhase } from "./phaseRules.ts";

export interface SequencePlans {
  readonly plan: Plan;
  readonly phasePlans: readonly Plan[];
}

export interface PlannedParams {
  readonly params: SamplingParams;
  readonly steering?: SteeringRule | undefined;
}

/** @throws TypeError, RangeError what the pool throws; then none is left behind */
export function compilePlans(pool: SamplerPool, { params, steering }: PlannedParams): SequencePlans {
  const { phases = [] } = steering?.fields ?? {};
  const compiled: Plan[] = [];
  const compile = (of: SamplingParams): number => compiled.push(pool.compile(of));
  try {
    compile(params);
    eachPhase(params, phases, compile);
  } catch (error) {
    for (const plan of compiled) plan.release();
    throw error;
  }
  const [plan, ...phasePlans] = compiled;
  return { plan: plan!, phasePlans };
}

export function releasePlans({ plan, phasePlans }: SequencePlans): void {
  plan.release();
  for (const phasePlan of phasePlans) phasePlan.release();
}

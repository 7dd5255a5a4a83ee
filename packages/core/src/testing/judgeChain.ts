/**
 * Holds a sampler's distributions against the f64 references, stage by stage. Each stage is judged on what the kernels
 * had left before it, so a decision within rounding of a boundary does not blur the stages after it.
 */
import { DOMAIN_XTC } from "../layout.ts";
import { parameters } from "../params/parameters.ts";
import { uniformOf } from "../random/philox.ts";
import type { CompiledPlan } from "../chain/plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { referenceStage } from "../chain/referenceChain.ts";
import { samplerReferences } from "../samplers/references.ts";
import type { SamplerName } from "../samplers/table.ts";
import { SampleError } from "../records/sampleResult.ts";
import type { Distribution, Draw, Sampler } from "../sampler/types.ts";
import { JudgedRow } from "./judgedRow.ts";

/** How the stages of one chain were found: equal to the reference, or apart from it by no more than rounding explains. */
export interface Verdict {
  exact: number;
  withinRounding: number;
}

/** Relative error of probabilities; theirs in f64 is far below it. */
const probTolerance = 1e-6;

/**
 * How far rounding can move a quantity that a stage compares, relatively. Sums of n terms err by n·2^-53, in either order;
 * a weight by the rounding of its exponent, ≤ 745·2^-53; a standard deviation, a difference of two such sums that can be
 * n times larger than itself, by n²·2^-53. Both sides err.
 */
const roundingOf = (n: number): number => (n * n + 2 * 745) * 2 ** -52;

/** XTC's coin of a draw. */
export function coinOf({ seed = 0, sequenceId = 0, position = 0 }: Draw): number {
  return uniformOf({ seed, sequenceId, position }, DOMAIN_XTC);
}

/** @throws Error where kernels and references differ by more than rounding. */
export function judgeChain(
  sampler: Sampler,
  logits: Float32Array,
  plan: CompiledPlan,
  draw: Draw,
  coin: number,
): Verdict {
  const verdict: Verdict = { exact: 0, withinRounding: 0 };
  const row = new JudgedRow(logits, draw.history, draw.promptLength, draw.position);
  row.coin = coin;
  sampler.row.set(logits);
  for (let stageCount = 0; stageCount <= plan.stageNames.length; stageCount++) {
    const name = plan.stageNames[stageCount - 1];
    const before = row.copy(0);
    if (name) apply(name as SamplerName, row, plan.params);
    const actual = distributionOf(sampler, plan, { ...draw, stageCount });
    if (row.kept().length === 0 || actual === undefined) {
      if (row.kept().length === 0 && actual === undefined) return verdict;
      throw new Error(
        `after ${name}: reference keeps ${row.kept().length}, kernel ${actual?.tokenIds.length ?? "none"}`,
      );
    }
    if (isSame(actual, row)) {
      verdict.exact++;
      continue;
    }
    verdict.withinRounding++;
    if (!name) throw new Error("the kernel lists another row than it was given");
    expectWithinRounding(actual, before, name as SamplerName, plan.params);
    row.keepOnly(actual.tokenIds);
    // a temperature that is itself at the mercy of rounding: what follows has no reference
    if (!isSame(actual, row)) return verdict;
  }
  return verdict;
}

function apply(name: SamplerName, row: JudgedRow, params: SamplingParams): void {
  referenceStage(row, name, params);
}

function distributionOf(
  sampler: Sampler,
  plan: CompiledPlan,
  at: Draw & { stageCount: number },
): Distribution | undefined {
  try {
    return sampler.distribution(undefined, plan, at);
  } catch (error) {
    if (error instanceof SampleError && error.code === "all_tokens_masked") return undefined;
    throw error;
  }
}

function isNear(actual: number, low: number, high: number, tolerance = probTolerance): boolean {
  return actual >= low * (1 - tolerance) - 1e-300 && actual <= high * (1 + tolerance) + 1e-300;
}

/** A stage that turns probabilities into f32 logits ln p rounds them: twice half a unit in the last place apart. */
const logitRounding = (name: SamplerName, p: number): number =>
  samplerReferences[name].roundsLogits ? -Math.log(p) * 2 ** -23 : 0;

/** The same tokens in the same order, the same probabilities. */
function isSame({ tokenIds, probs }: Distribution, row: JudgedRow): boolean {
  const expected = row.kept();
  const expectedProbs = row.probs();
  return (
    expected.length === tokenIds.length &&
    expected.every((id, i) => tokenIds[i] === id && isNear(probs[i]!, expectedProbs[id]!, expectedProbs[id]!))
  );
}

/** Runs the stage with its numbers and the entropy moved by rounding; the kernel must lie between what comes out. */
function expectWithinRounding(
  actual: Distribution,
  before: JudgedRow,
  name: SamplerName,
  params: SamplingParams,
): void {
  const shift = roundingOf(before.kept().length);
  const alternatives = [-shift, 0, shift].flatMap((ofParams) =>
    [-shift, 0, shift].map((ofEntropy) => {
      const row = before.copy(ofEntropy);
      apply(name, row, moved(params, ofParams));
      row.entropyShift = 0;
      return { kept: new Set(row.kept()), probs: row.probs() };
    }),
  );
  const kernel = new Set(actual.tokenIds);
  // as probable as the most probable, but for rounding, with another logit: any of them may be taken for the largest
  const likeLargest = before.kept().filter((id) => before.weight(id) >= 1 - shift);
  const blurred = new Set(likeLargest.some((id) => before.logits[id] !== before.max) ? likeLargest : []);
  for (const id of before.kept()) {
    const always = alternatives.every(({ kept }) => kept.has(id));
    const ever = alternatives.some(({ kept }) => kept.has(id));
    if (blurred.has(id)) continue;
    if (kernel.has(id) ? !ever : always) {
      throw new Error(
        `after ${name}: the kernel ${kernel.has(id) ? "keeps" : "drops"} token ${id}, the reference does not`,
      );
    }
  }
  const sameSet = alternatives.filter(
    ({ kept }) => kept.size === kernel.size && [...kernel].every((id) => kept.has(id)),
  );
  if (sameSet.length === 0) return;
  actual.tokenIds.forEach((id, i) => {
    const probs = sameSet.map((alternative) => alternative.probs[id]!);
    const tolerance = probTolerance + logitRounding(name, actual.probs[i]!);
    if (isNear(actual.probs[i]!, Math.min(...probs), Math.max(...probs), tolerance)) return;
    throw new Error(`after ${name}: token ${id} has probability ${actual.probs[i]}, expected ${probs[0]}`);
  });
}

const continuous = new Set(parameters.filter(({ kind }) => kind === "number").map(({ name }) => name));

function moved(params: SamplingParams, shift: number): SamplingParams {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      continuous.has(name as keyof SamplingParams) ? (value as number) * (1 + shift) : value,
    ]),
  );
}

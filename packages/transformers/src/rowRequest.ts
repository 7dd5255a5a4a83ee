/** What one row of a batch is sampled by, and which random numbers are its own. */
import { checkUint64, refuse } from "@tokenmill/check";
import { type SamplingParams, seedBits } from "@tokenmill/core";

/** Sampling parameters of a row; its `seed` is its own. */
export interface RowRequest extends SamplingParams {
  /** Random stream of the row. Absent: the first with a seed of its own, else the row's index. */
  sequenceId?: number | bigint;
}

export interface RowDraws {
  readonly params: SamplingParams;
  readonly seed: number | bigint;
  readonly sequenceId: number | bigint;
}

/** As the engine has it: equal requests with a seed draw equal tokens, rows without one differ. @throws TypeError */
export function drawsOf(name: string, request: RowRequest, row: number, seed: number | bigint): RowDraws {
  if (typeof request !== "object" || request === null) refuse(name, "an object", request, true);
  const { sequenceId, ...params } = request;
  if (sequenceId !== undefined) checkUint64(`${name}.sequenceId`, sequenceId);
  const own = seedBits(params.seed);
  return { params, seed: own ?? seed, sequenceId: sequenceId ?? (own === undefined ? row : 0) };
}

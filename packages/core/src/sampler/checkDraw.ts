/** Checks which draw is asked for, and fills in what is absent. */
import { checkInteger, checkList, checkOptions, checkTokenIds, checkUint64, refuse } from "@tokenmill/check";
import { checkState, type CompiledPlan } from "../chain/plan.ts";
import { checkSeed, drawSeed } from "../random/seed.ts";
import { maskWords } from "./samplerMemory.ts";
import type { TokenHistory } from "./tokenHistory.ts";
import type { Draw } from "./types.ts";

/** The fields of a draw. */
export const knownOfDraws: readonly (keyof Draw)[] = [
  "position",
  "sequenceId",
  "seed",
  "history",
  "promptLength",
  "state",
  "tokenMask",
];
const knownOfDistributions: readonly string[] = [...knownOfDraws, "stageCount"];

const longestPosition = 2 ** 31 - 1;

export interface CompleteDraw {
  readonly position: number;
  readonly sequenceId: number | bigint;
  readonly seed: number | bigint;
  readonly history: ArrayLike<number> | TokenHistory;
  readonly promptLength: number;
  readonly state: ArrayLike<number> | undefined;
  readonly tokenMask: Int32Array | Uint32Array | undefined;
}

interface Limits {
  readonly vocabSize: number;
  readonly maxHistory: number;
}

/** @throws TypeError, RangeError naming the field. */
export function checkDraw(
  draw: Draw,
  plan: CompiledPlan,
  { vocabSize, maxHistory }: Limits,
  isDistribution: boolean,
): CompleteDraw {
  checkOptions("draw", draw, isDistribution ? knownOfDistributions : knownOfDraws, "draw option");
  const { position = 0, sequenceId = 0, seed, history = [], promptLength = 0 } = draw;
  const { state = plan.initialState, tokenMask } = draw;
  checkInteger("position", position, { min: 0, max: longestPosition });
  checkTokenIds("history", history, vocabSize);
  if (history.length > maxHistory) {
    refuse("history", `at most ${maxHistory} ids (maxHistory)`, history.length, false);
  }
  checkInteger("promptLength", promptLength, { min: 0, max: history.length });
  checkUint64("sequenceId", sequenceId);
  checkSeed("seed", seed);
  if (tokenMask !== undefined) checkTokenMask(tokenMask, vocabSize);
  if (draw.state !== undefined) checkState("state", draw.state, plan);
  const bits = drawSeed(seed ?? plan.params.seed);
  return { position, sequenceId, seed: bits, history, promptLength, state, tokenMask };
}

/** @throws TypeError, RangeError */
export function checkTokenMask(tokenMask: Int32Array | Uint32Array, vocabSize: number): void {
  if (!(tokenMask instanceof Int32Array || tokenMask instanceof Uint32Array)) {
    refuse("tokenMask", `an Int32Array of ${maskWords(vocabSize)}`, tokenMask, true);
  }
  checkList("tokenMask", tokenMask, maskWords(vocabSize), "32 bits each");
}

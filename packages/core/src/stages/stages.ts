/**
 * The one table of samplers. A sampler is one entry here (parameters, packed record, f64 reference) and one kernel of the
 * same opcode in `assembly/`; profiles name the order.
 */
import { minP, temperature, topK, topP } from "./cuts.ts";
import { allowedTokenIds, bannedTokenIds, logitBias, minTokens, penalties } from "./edits.ts";
import type { Stage } from "./stage.ts";

export type StageName =
  | "logitBias"
  | "allowedTokenIds"
  | "bannedTokenIds"
  | "minTokens"
  | "penalties"
  | "temperature"
  | "topK"
  | "topP"
  | "minP";

export const stages: Readonly<Record<StageName, Stage>> = {
  logitBias,
  allowedTokenIds,
  bannedTokenIds,
  minTokens,
  penalties,
  temperature,
  topK,
  topP,
  minP,
};

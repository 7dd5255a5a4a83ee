/**
 * The table of samplers: a line for each file. What is not here does not exist; what is here has its flag, JSON field, place in
 * every profile, opcode, dispatch and tests without being named anywhere else.
 */
export { logitBias } from "./logitBias.ts";
export { sequenceBias } from "./sequenceBias.ts";
export { allowedTokenIds } from "./allowedTokenIds.ts";
export { encoderRepetitionPenalty } from "./encoderRepetitionPenalty.ts";
export { penalties } from "./penalties.ts";
export { dry } from "./dry.ts";
export { noRepeatNgram } from "./noRepeatNgram.ts";
export { encoderNoRepeatNgram } from "./encoderNoRepeatNgram.ts";
export { bannedTokenIds } from "./bannedTokenIds.ts";
export { beginSuppressTokenIds } from "./beginSuppressTokenIds.ts";
export { badWords } from "./badWords.ts";
export { minTokens } from "./minTokens.ts";
export { exponentialDecayLengthPenalty } from "./exponentialDecayLengthPenalty.ts";
export { kgw } from "./kgw.ts";
export { temperature } from "./temperature.ts";
export { smoothing } from "./smoothing.ts";
export { topH } from "./topH.ts";
export { topNSigma } from "./topNSigma.ts";
export { minK } from "./minK.ts";
export { topK } from "./topK.ts";
export { topP } from "./topP.ts";
export { minP } from "./minP.ts";
export { pLess } from "./pLess.ts";
export { typicalP } from "./typicalP.ts";
export { epsilonCutoff } from "./epsilonCutoff.ts";
export { etaCutoff } from "./etaCutoff.ts";
export { topA } from "./topA.ts";
export { tailFree } from "./tailFree.ts";
export { xtc } from "./xtc.ts";
export { synthId } from "./synthId.ts";
export { mirostat } from "./mirostat.ts";
export { adaptiveP } from "./adaptiveP.ts";
export { skew } from "./skew.ts";

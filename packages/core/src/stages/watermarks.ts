/** Stages that favour tokens by a keyed function of the tokens before, so that a detector can tell. */
import { DOMAIN_KGW, DOMAIN_SYNTH_ID, OP_KGW, OP_SYNTH_ID, SYNTH_ID_TABLE } from "../layout.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import { wordsOf } from "../random/philox.ts";
import type { ReferenceRow } from "../reference/referenceRow.ts";
import { isContextRepeated, WatermarkContext } from "../watermark/context.ts";
import { isGreen } from "../watermark/detectKgw.ts";
import { hasLayerBit } from "../watermark/detectSynthId.ts";
import { hashContext, isContextKnown, synthIdTable, tableBit } from "../watermark/synthIdTable.ts";
import { defaultKgwContext, defaultKgwGamma, defaultSynthIdContext } from "../watermark/watermarkParams.ts";
import type { Stage } from "./stage.ts";

const signedWordsOf = (key: number): number[] => wordsOf(key).map((word) => word | 0);

export const kgw: Stage = {
  kind: "edit",
  opcode: OP_KGW,
  params: ["kgwDelta", "kgwGamma", "kgwContext", "kgwKey"],
  description: "adds kgwDelta to the logits of the tokens that the key and the last tokens make green",
  pack: ({ kgwDelta = 0, kgwGamma = defaultKgwGamma, kgwContext = defaultKgwContext, kgwKey = 0 }) =>
    kgwDelta === 0 ? undefined : { integer: kgwContext, numbers: [kgwDelta, kgwGamma], ids: signedWordsOf(kgwKey) },
  reference: (row, { kgwDelta = 0, kgwGamma = defaultKgwGamma, kgwContext = defaultKgwContext, kgwKey = 0 }) => {
    if (kgwDelta === 0) return;
    const watermark = new WatermarkContext(DOMAIN_KGW, kgwKey);
    watermark.enter(row.history, row.history.length, kgwContext);
    for (const id of row.kept()) {
      if (isGreen(watermark, id, kgwGamma)) row.set(id, row.logits[id]! + kgwDelta);
    }
  },
};

export const synthId: Stage = {
  kind: "cut",
  opcode: OP_SYNTH_ID,
  params: ["synthIdDepth", "synthIdContext", "synthIdKey", "synthIdKeys"],
  description: "lets the tokens play a tournament of layers that the key, or the keys, and the last tokens decide",
  pack: (params) => {
    const { synthIdDepth = 0, synthIdContext = defaultSynthIdContext, synthIdKey = 0, synthIdKeys = [] } = params;
    if (synthIdKeys.length > 0) {
      const ids = [...synthIdKeys.map((key) => key | 0), ...synthIdTable()];
      return { integer: synthIdContext, flags: SYNTH_ID_TABLE, numbers: [synthIdKeys.length], ids };
    }
    if (synthIdDepth === 0) return undefined;
    return { integer: synthIdContext, numbers: [synthIdDepth], ids: signedWordsOf(synthIdKey) };
  },
  reference: (row, params) => {
    const bitOf = bitsOfRow(row, params);
    if (!bitOf) return;
    const { synthIdDepth = 0, synthIdKeys = [] } = params;
    const kept = row.kept();
    const all = row.probs();
    let probs = kept.map((id) => all[id]!);
    for (let layer = 0; layer < (synthIdKeys.length || synthIdDepth); layer++) {
      const bits = kept.map((id) => (bitOf(id, layer) ? 1 : 0));
      const total = probs.reduce((sum, p) => sum + p, 0);
      const lost = probs.reduce((sum, p, i) => sum + p * (1 - bits[i]!), 0) / total;
      probs = probs.map((p, i) => p * (bits[i]! + lost));
    }
    row.beta = 1;
    kept.forEach((id, i) => row.set(id, probs[i]! > 1e-300 ? Math.log(probs[i]!) : -Infinity));
  },
};

/** The layers' functions at a row; undefined where its context is a repeated one. */
function bitsOfRow(
  { history, promptLength }: ReferenceRow,
  { synthIdContext = defaultSynthIdContext, synthIdKey = 0, synthIdKeys = [] }: SamplingParams,
): ((id: number, layer: number) => boolean) | undefined {
  const { length } = history;
  if (synthIdKeys.length > 0) {
    if (isContextKnown(history, promptLength, length, synthIdContext)) return undefined;
    const context = hashContext(history, promptLength, length, synthIdContext);
    return (id, layer) => tableBit(context, id, synthIdKeys[layer]!);
  }
  if (isContextRepeated(history, promptLength, length, synthIdContext)) return undefined;
  const watermark = new WatermarkContext(DOMAIN_SYNTH_ID, synthIdKey);
  watermark.enter(history, length, synthIdContext);
  return (id, layer) => hasLayerBit(watermark.block(id), layer);
}

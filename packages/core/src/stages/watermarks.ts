/** Stages that favour tokens by a keyed function of the tokens before, so that a detector can tell. */
import { DOMAIN_KGW, DOMAIN_SYNTH_ID, OP_KGW, OP_SYNTH_ID } from "../layout.ts";
import { wordsOf } from "../random/philox.ts";
import { isContextRepeated, WatermarkContext } from "../watermark/context.ts";
import { isGreen } from "../watermark/detectKgw.ts";
import { hasLayerBit } from "../watermark/detectSynthId.ts";
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
  params: ["synthIdDepth", "synthIdContext", "synthIdKey"],
  description: "lets the tokens play a tournament of synthIdDepth layers that the key and the last tokens decide",
  pack: ({ synthIdDepth = 0, synthIdContext = defaultSynthIdContext, synthIdKey = 0 }) =>
    synthIdDepth === 0
      ? undefined
      : { integer: synthIdContext, numbers: [synthIdDepth], ids: signedWordsOf(synthIdKey) },
  reference: (row, { synthIdDepth = 0, synthIdContext = defaultSynthIdContext, synthIdKey = 0 }) => {
    const { history, promptLength } = row;
    if (synthIdDepth === 0 || isContextRepeated(history, promptLength, history.length, synthIdContext)) return;
    const watermark = new WatermarkContext(DOMAIN_SYNTH_ID, synthIdKey);
    watermark.enter(history, history.length, synthIdContext);
    const kept = row.kept();
    const all = row.probs();
    let probs = kept.map((id) => all[id]!);
    const words = kept.map((id) => watermark.block(id).slice());
    for (let layer = 0; layer < synthIdDepth; layer++) {
      const bits = words.map((block) => (hasLayerBit(block, layer) ? 1 : 0));
      const total = probs.reduce((sum, p) => sum + p, 0);
      const lost = probs.reduce((sum, p, i) => sum + p * (1 - bits[i]!), 0) / total;
      probs = probs.map((p, i) => p * (bits[i]! + lost));
    }
    row.beta = 1;
    kept.forEach((id, i) => row.set(id, probs[i]! > 1e-300 ? Math.log(probs[i]!) : -Infinity));
  },
};

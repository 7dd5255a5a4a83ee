/** SynthID-text watermark (Dathathri et al. 2024, Nature 634): a tournament whose layers a keyed function of the last tokens decides. */
import { integer, key, keyRange, numbers } from "../kinds/numbers.ts";
import { DOMAIN_SYNTH_ID } from "../layout.ts";
import { signedWordsOf } from "../random/philox.ts";
import type { ReferenceRow } from "../reference/referenceRow.ts";
import { isContextRepeated, WatermarkContext } from "../watermark/context.ts";
import { hasLayerBit } from "../watermark/detectSynthId.ts";
import { hashContext, isContextKnown, synthIdTable, tableBit } from "../watermark/synthIdTable.ts";
import { defaultSynthIdContext } from "../watermark/watermarkParams.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface SynthIdParams {
  /** SynthID-text watermark: number of tournament layers, 30 in the paper; integer in [0, 128], 0 is off. */
  synthIdDepth?: number;
  /** How many of the last tokens decide the layers' functions; integer in [1, 16]. Absent: 4. */
  synthIdContext?: number;
  /** Secret of the watermark: a safe integer ≥ 0. Absent: 0. */
  synthIdKey?: number;
  /**
   * SynthID-text watermark with the functions of HF transformers, one layer for each of its keys: 1 to 128 safe integers ≥ 0,
   * instead of `synthIdDepth` and `synthIdKey`. `synthIdContext` is its `ngram_len` − 1. Absent or empty: off.
   */
  synthIdKeys?: readonly number[];
}

const mostLayers = 128;

/** The list has a key for each layer, then the table of bits. */
const TABLE = 1;

export const synthId: SamplerEntry<SynthIdParams> = {
  kind: "reshape",
  place: 250,
  keepsOrder: false,
  parameters: {
    synthIdDepth: integer(0, { off: 0 }, mostLayers),
    synthIdContext: integer(1, { absent: defaultSynthIdContext }, 16),
    synthIdKey: key({ absent: 0, tunes: "synthIdDepth" }),
    synthIdKeys: numbers(keyRange, {}, mostLayers),
  },
  flags: { TABLE },
  contradiction: ({ synthIdKeys, synthIdDepth }) =>
    synthIdKeys?.length && synthIdDepth
      ? {
          name: "synthIdDepth",
          expected: '0 or nothing beside "synthIdKeys", which number the layers',
          mentions: ["synthIdKeys"],
        }
      : undefined,
  pack: (params) => {
    const { synthIdDepth = 0, synthIdContext = defaultSynthIdContext, synthIdKey = 0, synthIdKeys = [] } = params;
    if (synthIdKeys.length > 0) {
      const ids = [...synthIdKeys.map((one) => one | 0), ...synthIdTable()];
      return { integer: synthIdContext, flags: TABLE, numbers: [synthIdKeys.length], ids };
    }
    if (synthIdDepth === 0) return undefined;
    return { integer: synthIdContext, numbers: [synthIdDepth], ids: signedWordsOf(synthIdKey) };
  },
};

export const synthIdReference = (): SamplerReference<SynthIdParams> => ({
  description: "lets the tokens play a tournament of layers that the key, or the keys, and the last tokens decide",
  parameters: {
    synthIdDepth: {
      description: "SynthID watermark: number of tournament layers",
      start: 30,
      usualMost: 32,
      // each layer can double the relative error of a small probability: the f64 reference is no judge of deep ones
      samples: { between: [0, 10] },
    },
    synthIdContext: { description: "SynthID watermark: how many of the last tokens decide the layers", start: 4 },
    synthIdKey: { description: "SynthID watermark: its secret" },
    synthIdKeys: {
      description: "SynthID watermark as transformers makes it: its keys, a layer each; empty is off",
      start: [0],
      samples: { mostItems: 10 },
    },
  },
  roundsLogits: true,
  law: (row, params) => {
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
});

/** The layers' functions at a row; undefined where its context is a repeated one. */
function bitsOfRow(
  { history, promptLength }: ReferenceRow,
  { synthIdContext = defaultSynthIdContext, synthIdKey = 0, synthIdKeys = [] }: SynthIdParams,
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

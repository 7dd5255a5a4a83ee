/** KGW watermark (Kirchenbauer et al. 2023, arXiv 2301.10226): favours tokens that a keyed function of the last tokens makes green. */
import { integer, key, number, share } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import { DOMAIN_KGW } from "../layout.ts";
import { signedWordsOf } from "../random/philox.ts";
import { WatermarkContext } from "../watermark/context.ts";
import { isGreen } from "../watermark/detectKgw.ts";
import { defaultKgwContext, defaultKgwGamma } from "../watermark/watermarkParams.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface KgwParams {
  /** KGW watermark: added to the logits of green tokens, before temperature; in [0, 100], 0 is off. */
  kgwDelta?: number;
  /** Probability of a token to be green; in (0, 1). Absent: 0.25. */
  kgwGamma?: number;
  /** How many of the last tokens decide which tokens are green; integer in [1, 16]. Absent: 1. */
  kgwContext?: number;
  /** Secret of the watermark: a safe integer ≥ 0. Absent: 0. */
  kgwKey?: number;
}

export const kgw: SamplerEntry<KgwParams> = {
  kind: "edit",
  place: 90,
  keepsOrder: false,
  parameters: {
    kgwDelta: number(numberRange(0, 100), { off: 0 }),
    kgwGamma: share("()", { absent: defaultKgwGamma }),
    kgwContext: integer(1, { absent: defaultKgwContext }, 16),
    kgwKey: key({ absent: 0 }),
  },
  pack: ({ kgwDelta = 0, kgwGamma = defaultKgwGamma, kgwContext = defaultKgwContext, kgwKey = 0 }) =>
    kgwDelta === 0 ? undefined : { integer: kgwContext, numbers: [kgwDelta, kgwGamma], ids: signedWordsOf(kgwKey) },
};

export const kgwReference = (): SamplerReference<KgwParams> => ({
  description: "adds kgwDelta to the logits of the tokens that the key and the last tokens make green",
  parameters: {
    kgwDelta: {
      description: "KGW watermark: added to green tokens",
      start: 2,
      usualMost: 10,
      samples: { between: [0, 10] },
    },
    kgwGamma: {
      description: "KGW watermark: probability of a token to be green",
      start: 0.25,
      samples: { between: [1 / 4096, 4095 / 4096], also: [0.5] },
    },
    kgwContext: { description: "KGW watermark: how many of the last tokens decide what is green", start: 1 },
    kgwKey: { description: "KGW watermark: its secret" },
  },
  law: (row, { kgwDelta = 0, kgwGamma = defaultKgwGamma, kgwContext = defaultKgwContext, kgwKey = 0 }) => {
    const watermark = new WatermarkContext(DOMAIN_KGW, kgwKey);
    watermark.enter(row.history, row.history.length, kgwContext);
    for (const id of row.kept()) {
      if (isGreen(watermark, id, kgwGamma)) row.set(id, row.logits[id]! + kgwDelta);
    }
  },
});

/** Quadratic and cubic smoothing (kalomaze 2024; text-generation-webui). */
import { number } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface SmoothingParams {
  /** Bends the logits by a quadratic around the largest; ≥ 0, 0 is off. */
  smoothingFactor?: number;
  /** Share of the cubic in smoothing; in [1, 3]. Absent: 1, none. */
  smoothingCurve?: number;
}

export const smoothing: SamplerEntry<SmoothingParams> = {
  kind: "reshape",
  place: 110,
  keepsOrder: true,
  parameters: {
    smoothingFactor: number(numberRange(0, Infinity, "[)"), { off: 0 }),
    smoothingCurve: number(numberRange(1, 3), { absent: 1 }),
  },
  pack: ({ smoothingFactor: factor = 0, smoothingCurve: curve = 1 }) =>
    factor === 0 ? undefined : { numbers: [factor, curve] },
};

export const smoothingReference = (): SamplerReference<SmoothingParams> => ({
  description: "bends the logits by a quadratic, or cubic, around the largest",
  parameters: {
    smoothingFactor: {
      description: "bends the logits by a quadratic around the largest",
      start: 0.3,
      usualMost: 3,
      samples: { between: [0, 2], also: [1e-6, 100] },
    },
    smoothingCurve: { description: "how much of the bend is cubic; 1 none", start: 1 },
  },
  law: (row, { smoothingFactor: factor = 0, smoothingCurve: curve = 1 }) => {
    const max = row.max;
    for (const id of row.kept()) {
      const d = Math.max((row.logits[id]! - max) * row.beta, -1e100);
      const bent = ((curve - 3) / 2) * factor * d * d + ((curve - 1) / 2) * factor * d * d * d;
      row.set(id, Math.max(bent, -Number.MAX_VALUE));
    }
    row.beta = 1;
  },
});

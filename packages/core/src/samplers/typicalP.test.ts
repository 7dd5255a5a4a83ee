/** Typical sampling of a dense row, which draws from all of it first: that token is kept if what is nearer to the entropy weighs
 *  less than p·Z, by f64 sums. */
import { expect, it } from "vitest";
import { createSampler } from "../sampler/sampler.ts";
import { variants } from "../testing/createKernels.ts";
import { rowOf } from "../testing/generatedRow.ts";
import { rowIn } from "../testing/widths.ts";

const size = 5_000;
const kinds = variants.flatMap((variant) => (["f32", "f16", "bf16"] as const).map((dtype) => ({ variant, dtype })));

/** How far p lies above or below the share of what is nearer than the token. */
const margins = [0.03, 1e-3, 1e-5, 1e-7, -1e-7, -1e-5, -1e-3, -0.03];

const gaussian = rowOf({ kind: "gaussian", seed: 5, scale: 1, offset: 3, masked: 0.1 }, size);
const shapes = {
  gaussian,
  steep: gaussian.map((x) => 4 * x),
  peaked: rowOf({ kind: "peaked", seed: 5, scale: 2.5, offset: 3, masked: 0.1 }, size),
  line: rowOf({ kind: "line", seed: 5, scale: 40, offset: 3, masked: 0.1 }, size),
  /** Many equals, on both sides of the entropy. */
  levels: gaussian.map((x) => Math.round(4 * x) / 2),
  equal: gaussian.map((x) => (x > -Infinity ? 3 : x)),
  /** One block is heavy, the others are too light to be weighed, and together weigh 3 %. */
  plateau: gaussian.map((x, id) => (id < 64 ? x : x / 10 - 7.5)),
};

it.each(kinds)(
  "a token at the edge of the typical set is kept or not as f64 sums say, $variant, $dtype",
  async ({ variant, dtype }) => {
    const sampler = await createSampler({ vocabSize: size, dtype, variant });
    let checked = 0;
    for (const [kind, shape] of Object.entries(shapes)) {
      const { row, values } = rowIn(dtype, shape);
      for (let position = 0; position < 12; position++) {
        const whole = sampler.sample(row, {}, { position }).tokenId;
        const share = shareNearer(whole, values);
        for (const margin of margins) {
          const typicalP = share * (1 + margin);
          if (!(typicalP > 0 && typicalP < 1)) continue;
          const { tokenId } = sampler.sample(row, { typicalP }, { position });
          expect({ kind, position, margin, kept: tokenId === whole }).toEqual({
            kind,
            position,
            margin,
            kept: margin > 0,
          });
          checked++;
        }
      }
    }
    expect(checked).toBeGreaterThan(300);
  },
);

/** Share of what is nearer to the entropy than the token; of equals, of those that lie towards it in the order by logits and ids. */
function shareNearer(tokenId: number, values: Float32Array): number {
  const largest = values.reduce((a, b) => Math.max(a, b));
  const exponents = [...values].map((x) => x - largest);
  const weights = exponents.map(Math.exp);
  const total = weights.reduce((a, b) => a + b);
  const centre = weights.reduce((sum, w, id) => (w > 0 ? sum + w * exponents[id]! : sum), 0) / total;
  const own = exponents[tokenId]! - centre;
  const nearer = weights.reduce((sum, weight, id) => {
    const distance = Math.abs(exponents[id]! - centre);
    const isNearer =
      exponents[id] === exponents[tokenId] ? (own < 0 ? id < tokenId : id > tokenId) : distance < Math.abs(own);
    return isNearer ? sum + weight : sum;
  }, 0);
  return nearer / total;
}

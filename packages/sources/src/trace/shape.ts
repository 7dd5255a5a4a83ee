/** Shapes of recorded rows. */
import { checkInteger, refuse, refuseBecause } from "@tokenmill/check";

/** [V] or [N, V]. @throws TypeError, RangeError */
export function checkShape(shape: unknown): void {
  if (!Array.isArray(shape)) return refuse("shape", "[V] or [N, V]", shape, true);
  if (shape.length < 1 || shape.length > 2) {
    refuseBecause("shape", `expected [V] or [N, V], got [${shape.join(", ")}]`, false);
  }
  for (const [i, extent] of shape.entries()) checkInteger(`shape[${i}]`, extent, { min: 1, max: 2 ** 31 });
}

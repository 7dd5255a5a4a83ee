// Entropy of the list, in f64.
import { keyLogit } from "../list/keys";
import { keyAt, listCount } from "../list/list";
import { weightAt } from "../list/weights";
import { logPositive } from "../numbers/log64";
import { beta } from "../row/row";

/** Entropy in nats of the weighed list: ln Z − Σ w·z / Z. */
export function entropy(largest: f32, total: f64): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < listCount; i++) {
    sum += weightAt(i) * ((<f64>keyLogit(keyAt(i)) - <f64>largest) * beta);
  }
  return logPositive(total) - sum / total;
}

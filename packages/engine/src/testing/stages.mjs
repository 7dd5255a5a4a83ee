/** Custom stages for tests; plain JavaScript, as workers load it. */

/** The ids above half of the vocabulary, and a fault where the sequence is long. */
export function upper(logits, { position }) {
  if (position === 7) throw new Error("no seventh token");
  logits.fill(-Infinity, 0, logits.length / 2);
}

/** As a temperature of 2 does. */
export default function halve(logits) {
  for (let id = 0; id < logits.length; id++) logits[id] /= 2;
}

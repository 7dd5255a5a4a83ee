/** Custom stages for tests. Plain JavaScript: workers load it as it is. */
import { isMainThread } from "node:worker_threads";

/** Top-k of 7. */
export function best(logits) {
  const kth = Float32Array.from(logits).sort().at(-7);
  for (let id = 0; id < logits.length; id++) if (logits[id] < kth) logits[id] = -Infinity;
}

/** As a temperature of 2 does. */
export function halve(logits) {
  for (let id = 0; id < logits.length; id++) logits[id] /= 2;
}

/** Only the id of the last token of the history, plus the position, can follow. */
export function follow(logits, { history, promptLength, position }) {
  const id = (history[history.length - 1] + promptLength + position) % logits.length;
  logits.fill(-Infinity, 0, id);
  logits.fill(-Infinity, id + 1);
}

/** By the largest logit's id: a fault for every third row, each of another kind. */
export function faulty(logits) {
  const id = logits.indexOf(Math.max(...logits));
  if (id % 12 === 0) throw new RangeError(`planted at ${id}`);
  if (id % 12 === 3) logits[5] = NaN;
  if (id % 12 === 6) logits.fill(-Infinity);
  return id % 12 === 9 ? new Float32Array(3) : undefined;
}

/** Ends the thread that it runs in, but for the main one. */
export function lethal() {
  if (!isMainThread) process.exit(5);
}

/** Ends what it runs in, whatever that is. */
export function exit() {
  process.exit(5);
}

/** Never comes back. */
export function hang() {
  for (;;);
}

/** Waits for ever. */
export function sleep() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Does no harm to its row, and throws later on. */
export function throwLater() {
  setImmediate(() => {
    throw new Error("late");
  });
  queueMicrotask(() => {
    throw new Error("late");
  });
}

/** Throws what has no text. */
export function throwUnprintable() {
  // oxlint-disable-next-line typescript/only-throw-error -- stages may
  throw {
    toString() {
      throw new Error("no text");
    },
  };
}

/** Takes more memory than a worker may. */
export function fillHeap() {
  for (const kept = []; ; ) kept.push(new Array(1e5).fill({}));
}

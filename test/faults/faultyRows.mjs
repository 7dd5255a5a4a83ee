/**
 * A worker source whose rows are a hash of history, sequence and position, and where single sequences, named in the
 * options, do what breaks a worker. Plain JavaScript: workers load it as it is.
 */
import { existsSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const breakers = {
  exit: () => process.exit(7),
  /** Throws when the thread's event loop turns again, that is when the pool closes. */
  throwLater: () =>
    void setImmediate(() => {
      throw new Error("too late");
    }),
  rejectLater: () => void Promise.reject(new Error("too late as well")),
  outOfMemory: () => {
    const hog = [];
    while (true) hog.push(new Array(1000).fill(hog.length));
  },
  /** For killing it meanwhile. */
  slow: () => {
    const until = performance.now() + 20;
    while (performance.now() < until);
  },
};

export function createRowWriter({ memory, vocabSize, options }) {
  if (!isMainThread && options.goneFile !== undefined && existsSync(options.goneFile)) {
    throw new Error("the model is gone");
  }
  return (job) => {
    const { sequenceIdLow, position, historyLength } = job;
    const row = new Float32Array(memory.buffer, job.rowOffsetBytes, vocabSize);
    const history = new Int32Array(memory.buffer, job.historyOffsetBytes, historyLength);
    let state = Math.imul(sequenceIdLow ^ 0x5bd1e995, 0x9e3779b1) ^ position ^ Math.imul(historyLength, 0x27d4eb2f);
    for (let i = Math.max(0, historyLength - 2); i < historyLength; i++)
      state = Math.imul(state ^ history[i], 0x85ebca6b);
    for (let id = 0; id < vocabSize; id++) {
      let hash = Math.imul(state ^ Math.imul(id + 1, 0xc2b2ae35), 0x165667b1);
      hash = Math.imul(hash ^ (hash >>> 15), 0x2545f491);
      row[id] = ((hash ^ (hash >>> 13)) >>> 8) / 2 ** 21;
    }
    const breaker = options.breakers?.[sequenceIdLow];
    if (breaker !== undefined && (breaker === "slow" || position === 3)) breakers[breaker]();
  };
}

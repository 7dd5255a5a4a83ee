/**
 * Rows for tests: every logit is a hash of the last two history ids, the history's length, the sequence id and the
 * position, so that a wrong history or a swapped row changes the tokens. Plain JavaScript: workers load it as it is.
 */
import { execSync } from "node:child_process";
import { isMainThread } from "node:worker_threads";

/** By sequence id: what goes wrong with its rows. */
const faults = {
  nan: (row) => (row[1] = Number.NaN),
  infinity: (row) => (row[1] = Number.POSITIVE_INFINITY),
  masked: (row) => row.fill(Number.NEGATIVE_INFINITY),
  throw: () => {
    throw new Error(`planted source error: ${"😀".repeat(200)}`);
  },
  throwNothing: () => {
    throw Object.create(null);
  },
  promise: () => Promise.resolve(),
  exit: () => process.exit(7),
  hang: () => {
    for (;;);
  },
  hangOutside: () => void execSync("sleep 3"),
};

/** By `options.start`: what goes wrong with the source, in workers only unless said otherwise. */
const failingStarts = {
  throw: () => {
    throw new Error("no model here");
  },
  throwNull: () => {
    // oxlint-disable-next-line typescript/only-throw-error -- sources may
    throw null;
  },
  throwFunction: () => {
    // oxlint-disable-next-line typescript/only-throw-error -- sources may
    throw () => undefined;
  },
  throwLater: () => {
    setImmediate(() => {
      throw new Error("too late");
    });
    return new Promise((resolve) => setTimeout(resolve, 60_000));
  },
  exit: () => process.exit(3),
};

export async function createRowWriter({ memory, vocabSize, options }) {
  if (options.start !== undefined && !isMainThread) await failingStarts[options.start]?.();
  if (options.start === "noFunction") return { writeRow() {} };
  return (job) => {
    const { sequenceIdLow, position } = job;
    const row = new Float32Array(memory.buffer, job.rowOffsetBytes, vocabSize);
    const history = new Int32Array(memory.buffer, job.historyOffsetBytes, job.historyLength);
    let state = Math.imul(sequenceIdLow ^ 0x5bd1e995, 0x9e3779b1) ^ position ^ Math.imul(history.length, 0x27d4eb2f);
    for (const id of history.slice(-2)) state = Math.imul(state ^ id, 0x85ebca6b);
    for (let id = 0; id < vocabSize; id++) {
      let hash = Math.imul(state ^ Math.imul(id + 1, 0xc2b2ae35), 0x165667b1);
      hash = Math.imul(hash ^ (hash >>> 15), 0x2545f491);
      row[id] = ((hash ^ (hash >>> 13)) >>> 8) / 2 ** 21;
    }
    const fault = options.faults?.[sequenceIdLow];
    return fault === undefined ? undefined : faults[fault](row);
  };
}

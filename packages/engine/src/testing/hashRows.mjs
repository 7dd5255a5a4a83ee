/**
 * Rows for tests: every logit is a hash of the last two history ids, the history's length, the sequence id and the
 * position, so that a wrong history or a swapped row changes the tokens. Plain JavaScript: workers load it as it is.
 */

/** One row; `write(id, logit)` gets each logit in [0, 8). */
export function hashRow(vocabSize, history, sequenceIdLow, position, write) {
  let state = Math.imul(sequenceIdLow ^ 0x5bd1e995, 0x9e3779b1) ^ position ^ Math.imul(history.length, 0x27d4eb2f);
  for (const id of history.slice(-2)) state = Math.imul(state ^ id, 0x85ebca6b);
  for (let id = 0; id < vocabSize; id++) {
    let hash = Math.imul(state ^ Math.imul(id + 1, 0xc2b2ae35), 0x165667b1);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2545f491);
    write(id, ((hash ^ (hash >>> 13)) >>> 8) / 2 ** 21);
  }
}

/** `options.faults[sequenceId]`: "nan", "throw", "exit" at position 3; `options.slow[sequenceId]`: milliseconds a row. */
export function createRowWriter({ memory, vocabSize, options }) {
  const { faults = {}, slow = {} } = options ?? {};
  return (job) => {
    const { sequenceIdLow, position } = job;
    const fault = position === 3 ? faults[sequenceIdLow] : undefined;
    if (fault === "throw") throw new Error("planted source error");
    if (fault === "exit") process.exit(7);
    const until = performance.now() + (slow[sequenceIdLow] ?? 0);
    while (performance.now() < until);
    const row = new Float32Array(memory.buffer, job.rowOffsetBytes, vocabSize);
    const history = new Int32Array(memory.buffer, job.historyOffsetBytes, job.historyLength);
    hashRow(vocabSize, history, sequenceIdLow, position, (id, logit) => {
      row[id] = logit;
    });
    if (fault === "nan") row[1] = Number.NaN;
  };
}

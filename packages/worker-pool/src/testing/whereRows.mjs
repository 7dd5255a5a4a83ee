/** Rows that say who wrote them: token 0 the calling thread, token 1 a worker. Plain JavaScript: workers load it as it is. */
import { isMainThread } from "node:worker_threads";

export function createRowWriter({ memory, vocabSize }) {
  return ({ rowOffsetBytes, position }) => {
    const row = new Float32Array(memory.buffer, rowOffsetBytes, vocabSize);
    row.fill(0);
    row[isMainThread ? 0 : 1] = 10;
    // the position is what the row takes, in milliseconds
    for (const end = performance.now() + position; performance.now() < end; );
  };
}

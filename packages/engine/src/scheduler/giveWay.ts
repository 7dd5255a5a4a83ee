/** Timers and sockets may take that long, if there is so much for them to do. */
const longestBreakMs = 8;
/** A round of the event loop that takes less had nothing to do. */
const emptyRoundMs = 0.05;

/**
 * Lets timers and sockets have their turn: one round of the event loop, and more while there is something in them. Node
 * accepts one connection in a round, so that with a single one those who come would wait a turn of the engine each.
 */
export async function giveWay(): Promise<void> {
  const startMs = performance.now();
  let roundMs = startMs;
  let lastMs: number;
  do {
    lastMs = roundMs;
    await new Promise((resolve) => setImmediate(resolve));
    roundMs = performance.now();
  } while (roundMs - lastMs > emptyRoundMs && roundMs - startMs < longestBreakMs);
}

/** Longest yield, while timers and sockets have work. */
const longestBreakMs = 8;
/** A round of the event loop that takes less had nothing to do. */
const emptyRoundMs = 0.05;

/**
 * Yields to timers and sockets: one round of the event loop, and more while they have work. Node accepts one connection in a
 * round: with a single one, each new connection would wait for a time slice of the engine.
 */
export async function yieldToEventLoop(): Promise<void> {
  const startMs = performance.now();
  let roundMs = startMs;
  let lastMs: number;
  do {
    lastMs = roundMs;
    await new Promise((resolve) => setImmediate(resolve));
    roundMs = performance.now();
  } while (roundMs - lastMs > emptyRoundMs && roundMs - startMs < longestBreakMs);
}

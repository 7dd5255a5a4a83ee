import { expect, it } from "vitest";
import { yieldToEventLoop } from "./yieldToEventLoop.ts";

/** Rounds of the event loop, with work of that time in each, until the break is over. */
async function roundsIn(workMs: number): Promise<number> {
  let rounds = 0;
  let isOver = false;
  const work = (): void => {
    if (isOver) return;
    rounds++;
    const untilMs = performance.now() + workMs;
    while (performance.now() < untilMs);
    setImmediate(work);
  };
  setImmediate(work);
  await yieldToEventLoop();
  isOver = true;
  return rounds;
}

it("gives way for several rounds of the event loop while there is work in them, and not for ever", async () => {
  // The machine may take a thread's time in any of them.
  const rounds = [];
  for (let i = 0; i < 10; i++) rounds.push(await roundsIn(0.2));
  expect(Math.max(...rounds)).toBeGreaterThan(3);
  expect(Math.max(...rounds)).toBeLessThan(100);
});

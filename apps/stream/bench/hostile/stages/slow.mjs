/** A stage that takes 20 ms a row. */
export default function slow() {
  const untilMs = performance.now() + 20;
  while (performance.now() < untilMs);
}

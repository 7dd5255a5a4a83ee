/** A request's body as it is sent: with a seed, and its integers of 64 bits as they were written. */

/** Where a number of the text is no exact double, the whole body is sent as it stands in the line. */
export function seededBody(text: string, body: Record<string, unknown>, seed: number): string {
  if (body["seed"] === undefined || body["seed"] === null) return JSON.stringify({ ...body, seed });
  if (Number.isSafeInteger(body["seed"]) || typeof body["seed"] === "string") return JSON.stringify(body);
  // A seed beyond 2^53: its digits are in the text.
  const digits = /"seed"\s*:\s*(-?\d+)/.exec(text)?.[1];
  return JSON.stringify(digits === undefined ? body : { ...body, seed: digits });
}

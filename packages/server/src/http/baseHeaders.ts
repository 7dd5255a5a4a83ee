/** Headers of every answer. */

export function baseHeaders(requestId: string): Readonly<Record<string, string>> {
  return { "x-request-id": requestId, "x-content-type-options": "nosniff" };
}

/** Headers that every answer has, whoever writes it. */

export function baseHeaders(requestId: string): Readonly<Record<string, string>> {
  return { "x-request-id": requestId, "x-content-type-options": "nosniff" };
}

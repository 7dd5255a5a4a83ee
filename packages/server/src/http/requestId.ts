/** The id of a request: the client's own if it is a plain word, else a new one. */
import { randomUUID } from "node:crypto";

export function requestIdOf(given: string | readonly string[] | undefined): string {
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : `req_${randomUUID()}`;
}

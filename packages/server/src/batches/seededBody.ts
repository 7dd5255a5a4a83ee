/** A request's body as it stands in its line, so that its numbers are what was written, with a seed. */
import { namesOf } from "../bodies/fieldNames.ts";

/** Any seed will do where none is given, or −1. */
export function seededBody(line: string, body: Readonly<Record<string, unknown>>, seed: number): string {
  const text = bodyText(line);
  const name = namesOf("seed").find((one) => body[one] !== undefined && body[one] !== null) ?? "seed";
  const given = body[name] ?? -1;
  if (given !== -1 && given !== "-1") return text;
  // Of equal names the last counts.
  const separator = Object.keys(body).length === 0 ? "" : ",";
  return `${text.slice(0, -1)}${separator}"${name}":${seed}}`;
}

/** Texts and brackets: what tells where in the nesting a field stands. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;

/** The object of the line's field `body`; of several the last, as in `JSON.parse`. */
function bodyText(line: string): string {
  let level = 0;
  let name = "";
  let start = 0;
  let found = "";
  for (const { 0: token, index } of line.matchAll(tokens)) {
    if (token === "{" || token === "[") {
      if (++level === 2) start = index;
    } else if (token === "}" || token === "]") {
      if (--level === 1 && JSON.parse(name) === "body") found = line.slice(start, index + 1);
    } else if (level === 1) name = token;
  }
  return found;
}

/**
 * `JSON.parse` rounds integers beyond 2^53. Those of 64 bits are read once more from the text, as decimal strings, which
 * stand for them everywhere in JSON.
 */
import { checkInteger, checkList, checkString } from "@tokenmill/check";
import { checkRecord } from "./checkRecord.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Texts, brackets and integers: what tells where in the nesting a field stands. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]|-?\d[\d.eE+-]*/g;

/**
 * The object that the text was parsed to; fields of those names that were rounded are decimal strings.
 * @param depth of the object in the text: 1 for the whole, 2 for a field's value
 * @throws TypeError, RangeError
 */
export function exactIntegers<T extends JsonObject>(object: T, text: string, names: readonly string[], depth = 1): T {
  checkRecord("object", object);
  checkPlace(text, depth);
  checkList("names", names);
  const rounded = names.filter((name) => {
    return Object.hasOwn(object, name) && Number.isInteger(object[name]) && !Number.isSafeInteger(object[name]);
  });
  if (rounded.length === 0) return object;
  const found = Object.entries(integersAt(depth, text)).filter(([name]) => rounded.includes(name));
  return { ...object, ...Object.fromEntries(found) };
}

/** @throws TypeError, RangeError */
export function checkPlace(text: string, depth: number): void {
  checkString("text", text);
  checkInteger("depth", depth, { min: 1, max: Number.MAX_SAFE_INTEGER });
}

/** The integers that fields of objects at that depth have; of equal names the last, as in `JSON.parse`. */
function integersAt(depth: number, text: string): Record<string, string> {
  const found: Record<string, string> = {};
  let level = 0;
  let name = "";
  for (const [token] of text.matchAll(tokens)) {
    const start = token[0]!;
    if (start === "{" || start === "[") level++;
    else if (start === "}" || start === "]") level--;
    else if (level !== depth) continue;
    else if (start === '"') name = token;
    else if (/^-?\d+$/.test(token)) found[JSON.parse(name) as string] = token;
  }
  return found;
}

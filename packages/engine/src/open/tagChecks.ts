/** Tags as requests have them: text, or token ids. */
import { checkTokenIds, refuse, refuseBecause, show } from "@tokenmill/check";
import type { RequestLimits } from "./fieldChecks.ts";

/** Most ids, or UTF-16 units of text, of a tag that is looked for. */
export const tagLimits: { readonly ids: number; readonly units: number } = { ids: 64, units: 256 };

/** @throws TypeError, RangeError */
export function checkTag(
  name: string,
  tag: unknown,
  most: { readonly ids: number; readonly units: number },
  { tokenizer, sourceName, vocabSize }: RequestLimits,
): void {
  if (typeof tag === "string") {
    if (tag === "" || tag.length > most.units || /\p{Surrogate}/u.test(tag)) {
      refuse(name, `well-formed string of 1 to ${most.units} UTF-16 units, or token ids`, tag, false);
    }
    if (!tokenizer)
      refuseBecause(name, `expected token ids, got text: source ${show(sourceName)} has no tokenizer`, true);
    return;
  }
  if (!Array.isArray(tag)) refuse(name, "string or array of token ids", tag, true);
  if (tag.length === 0 || tag.length > most.ids) refuse(name, `1 to ${most.ids} token ids`, tag, false);
  checkTokenIds(name, tag, vocabSize);
}

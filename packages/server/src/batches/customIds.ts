/**
 * The `custom_id`s of a file, to tell which come twice: 64 bits of the hash of each and its line, so that ten million take
 * 200 MB; that two of ten million different ones are taken for the same has a probability of 3e-6.
 */
import { createHash } from "node:crypto";
import { isRecord } from "../bodies/bodyFields.ts";
import type { BatchItem } from "@tokenmill/core";
import { lineOf } from "./batchLine.ts";

export class CustomIds {
  /** Two words of the hash, and the line, which is 0 where a place is free. */
  #places = new Uint32Array(3 * 64);
  #count = 0;

  /** The earlier line with the same id, if there is one; else the line is noted. */
  repeatedBy(item: BatchItem): number | undefined {
    const id = idIn(item.text);
    if (id === undefined) return undefined;
    const digest = createHash("sha256").update(id).digest();
    return this.#note(digest.readUInt32LE(0), digest.readUInt32LE(4), lineOf(item));
  }

  #note(low: number, high: number, line: number): number | undefined {
    const places = this.#places;
    const at = placeOf(places, low, high);
    if (places[at + 2] !== 0) return places[at + 2];
    places.set([low, high, line], at);
    if (++this.#count * 4 > places.length) this.#places = grown(places);
    return undefined;
  }
}

/** Index of the entry with that hash, or of the free one where it belongs. */
function placeOf(places: Uint32Array, low: number, high: number): number {
  let at = (low % (places.length / 3)) * 3;
  while (places[at + 2] !== 0 && (places[at] !== low || places[at + 1] !== high)) at = (at + 3) % places.length;
  return at;
}

function grown(places: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(places.length * 2);
  for (let i = 0; i < places.length; i += 3) {
    if (places[i + 2] !== 0) larger.set(places.subarray(i, i + 3), placeOf(larger, places[i]!, places[i + 1]!));
  }
  return larger;
}

/** Undefined where `readRequest` refuses the line for something else. */
function idIn(text: string | null): string | undefined {
  try {
    const line: unknown = JSON.parse(text ?? "");
    return isRecord(line) && typeof line["custom_id"] === "string" ? line["custom_id"] : undefined;
  } catch {
    return undefined;
  }
}

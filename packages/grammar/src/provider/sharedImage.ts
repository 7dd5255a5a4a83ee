/** A compiled grammar as bytes in shared memory: threads that only pass it on do not read it. */
import { deserialize, serialize } from "node:v8";
import type { GrammarImageData } from "@tokenmill/contracts";
import type { GrammarImage } from "../compile/image.ts";

export interface SharedImage extends GrammarImageData {
  readonly bytes: Uint8Array;
}

export function shareImage(image: GrammarImage): SharedImage {
  const serialized = serialize(image);
  const bytes = new Uint8Array(new SharedArrayBuffer(serialized.length));
  bytes.set(serialized);
  return { bytes, sizeBytes: bytes.length };
}

/** What of shared images this thread has read, as long as they are there. */
export class ReadImages {
  readonly #read = new WeakMap<GrammarImageData, GrammarImage>();

  /** @param shared what `shareImage` made, or a clone of it */
  imageOf(shared: GrammarImageData): GrammarImage {
    let image = this.#read.get(shared);
    if (!image) {
      image = deserialize((shared as SharedImage).bytes.slice()) as GrammarImage;
      this.#read.set(shared, image);
    }
    return image;
  }
}

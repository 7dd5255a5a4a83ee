/** Fills the masks of rows that ask for it, on the thread that does them. */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { CreateMaskFiller, GrammarImageData, MaskFiller, MaskFillerModule } from "@tokenmill/core";
import type { Job } from "@tokenmill/core/internal";
import type { MaskMessage } from "./maskImages.ts";

/** The image of that number. @throws Error for a number that no image has */
export type ImageOf = (number: number) => GrammarImageData;

export class RowMasks {
  readonly #filler: MaskFiller;
  readonly #imageOf: ImageOf;
  readonly #vocabSize: number;
  readonly #words: Int32Array;
  #scratch: Int32Array | undefined;

  private constructor(filler: MaskFiller, imageOf: ImageOf, vocabSize: number, words: Int32Array) {
    this.#filler = filler;
    this.#imageOf = imageOf;
    this.#vocabSize = vocabSize;
    this.#words = words;
  }

  static async create(
    module: MaskFillerModule,
    imageOf: ImageOf,
    vocabSize: number,
    words: Int32Array,
  ): Promise<RowMasks> {
    return new RowMasks(await createFiller(module), imageOf, vocabSize, words);
  }

  /** Fills the job's mask if it asks for it. @throws what the filler throws */
  fill(job: Job): void {
    const { maskImage, maskOutput, maskOffsetBytes, maskStart, narrowsMask, historyOffsetBytes, historyLength } = job;
    if (maskImage === 0) return;
    const words = this.#words;
    const history = historyOffsetBytes >>> 2;
    const first = maskOffsetBytes >>> 2;
    const mask = words.subarray(first, first + ((this.#vocabSize + 31) >> 5));
    const filled = narrowsMask ? (this.#scratch ??= new Int32Array(mask.length)) : mask;
    const output = words.subarray(history + maskStart, history + historyLength);
    this.#filler.fill(this.#imageOf(maskImage), maskOutput, output, filled);
    // again after a worker's death: what is narrowed already stays as it is
    if (narrowsMask) for (let i = 0; i < mask.length; i++) mask[i]! &= filled[i]!;
  }
}

async function createFiller({ moduleUrl, options }: MaskFillerModule): Promise<MaskFiller> {
  const module = (await import(moduleUrl)) as { createMaskFiller?: CreateMaskFiller };
  if (typeof module.createMaskFiller !== "function") {
    throw new TypeError(`mask filler's module expected an export "createMaskFiller", ${moduleUrl} has none`);
  }
  return module.createMaskFiller(options);
}

/** Images as a worker hears of them: it never gets to events, so it looks when a number is new to it. */
export function imagesFrom(port: MessagePort): ImageOf {
  const images = new Map<number, GrammarImageData>();
  return (number) => {
    let image = images.get(number);
    for (
      let received = image ? undefined : receiveMessageOnPort(port);
      received;
      received = receiveMessageOnPort(port)
    ) {
      const message = received.message as MaskMessage;
      if ("add" in message) images.set(message.add, message.image);
      else images.delete(message.remove);
    }
    image ??= images.get(number);
    if (!image) throw new Error(`no grammar is called ${number}`);
    return image;
  };
}

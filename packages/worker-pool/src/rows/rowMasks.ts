/** Fills the masks of rows that ask for it, on the thread that does them. */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { CreateMaskFiller, GrammarImageData, MaskFiller, MaskFillerModule } from "@tokenmill/core";
import {
  JOB_BYTES,
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_MASK,
  JOB_MASK_IMAGE,
  JOB_MASK_OUTPUT,
  JOB_PROMPT_LENGTH,
} from "@tokenmill/core/internal";
import type { MaskMessage } from "./maskImages.ts";
import type { Slab } from "../memory/slab.ts";

/** The image of that number. @throws Error for a number that no image has */
export type ImageOf = (number: number) => GrammarImageData;

export class RowMasks {
  readonly #filler: MaskFiller;
  readonly #imageOf: ImageOf;
  readonly #slab: Slab;
  readonly #words: Int32Array;

  private constructor(filler: MaskFiller, imageOf: ImageOf, slab: Slab, words: Int32Array) {
    this.#filler = filler;
    this.#imageOf = imageOf;
    this.#slab = slab;
    this.#words = words;
  }

  static async create(module: MaskFillerModule, imageOf: ImageOf, slab: Slab, words: Int32Array): Promise<RowMasks> {
    return new RowMasks(await createFiller(module), imageOf, slab, words);
  }

  /** Fills the mask of the slot's job if it asks for it. @throws what the filler throws */
  fill(slot: number): void {
    const words = this.#words;
    const job = (this.#slab.jobs + slot * JOB_BYTES) >> 2;
    const image = words[job + (JOB_MASK_IMAGE >> 2)]!;
    if (image === 0) return;
    const history = words[job + (JOB_HISTORY >> 2)]! >>> 2;
    const mask = words[job + (JOB_MASK >> 2)]! >>> 2;
    this.#filler.fill(
      this.#imageOf(image),
      words[job + (JOB_MASK_OUTPUT >> 2)]!,
      words.subarray(
        history + words[job + (JOB_PROMPT_LENGTH >> 2)]!,
        history + words[job + (JOB_HISTORY_LENGTH >> 2)]!,
      ),
      words.subarray(mask, mask + ((this.#slab.vocabSize + 31) >> 5)),
    );
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

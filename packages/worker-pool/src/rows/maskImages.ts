/** Grammars whose masks the workers fill: each image goes to every worker once, and again to one that is started in place of another. */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { refuseBecause } from "@tokenmill/check";
import type { GrammarImageData } from "@tokenmill/core";
import type { TokenMasks } from "../types.ts";

/** Images that are kept although no output needs them, so that workers keep what they have made of them. */
const mostIdle = 256;
const mostIdleBytes = 2 ** 26;

/** What a worker is told. */
export type MaskMessage = { readonly add: number; readonly image: GrammarImageData } | { readonly remove: number };

interface Entry {
  readonly number: number;
  readonly image: GrammarImageData;
  users: number;
}

export class MaskImages {
  readonly #byImage = new Map<GrammarImageData, Entry>();
  readonly #byNumber = new Map<number, Entry>();
  /** Masks that are not closed. */
  readonly #open = new WeakSet<TokenMasks>();
  /** Nobody's, the longest without use first. */
  readonly #idle = new Set<Entry>();
  readonly #ports = new Set<MessagePort>();
  #idleBytes = 0;
  #images = 0;
  #outputs = 0;

  /** The masks of one more output. */
  open(image: GrammarImageData): TokenMasks {
    const entry = this.#byImage.get(image) ?? this.#add(image);
    if (entry.users++ === 0 && this.#idle.delete(entry)) this.#idleBytes -= image.sizeBytes;
    this.#outputs = (this.#outputs + 1) & 0x7fff_ffff;
    const masks: TokenMasks = { image: entry.number, output: this.#outputs };
    this.#open.add(masks);
    return masks;
  }

  /** @throws RangeError unless it opened them and they are not closed: their image may be gone */
  check(masks: TokenMasks): void {
    if (!this.#open.has(masks))
      refuseBecause("masks", "expected ones that this pool opened and that are not closed", false);
  }

  close(masks: TokenMasks): void {
    if (!this.#open.delete(masks)) return;
    const entry = this.#byNumber.get(masks.image)!;
    if (--entry.users > 0) return;
    this.#idle.add(entry);
    this.#idleBytes += entry.image.sizeBytes;
    for (const each of this.#idle) {
      if (this.#idle.size <= mostIdle && this.#idleBytes <= mostIdleBytes) return;
      this.#remove(each);
    }
  }

  /** @throws Error for a number that no image has any more */
  imageOf(number: number): GrammarImageData {
    const entry = this.#byNumber.get(number);
    if (!entry) throw new Error(`no grammar is called ${number}`);
    return entry.image;
  }

  /** The end of a channel that a worker hears of images by, those that are there first. */
  connect(): { readonly port: MessagePort; readonly close: () => void } {
    const { port1, port2 } = new MessageChannel();
    port1.unref();
    for (const { number, image } of this.#byNumber.values()) port1.postMessage({ add: number, image });
    this.#ports.add(port1);
    const close = (): void => {
      this.#ports.delete(port1);
      port1.close();
    };
    return { port: port2, close };
  }

  #add(image: GrammarImageData): Entry {
    const entry = { number: ++this.#images, image, users: 0 };
    this.#byImage.set(image, entry);
    this.#byNumber.set(entry.number, entry);
    this.#tell({ add: entry.number, image });
    return entry;
  }

  #remove(entry: Entry): void {
    this.#idle.delete(entry);
    this.#idleBytes -= entry.image.sizeBytes;
    this.#byImage.delete(entry.image);
    this.#byNumber.delete(entry.number);
    this.#tell({ remove: entry.number });
  }

  #tell(message: MaskMessage): void {
    for (const port of this.#ports) port.postMessage(message);
  }
}

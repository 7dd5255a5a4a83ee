/** Texts by their bytes, each kept once, as a tree: 0 is the text without bytes. */

export class Texts {
  /** By text: the one without its last byte. */
  readonly #before: number[] = [0];
  readonly #last: number[] = [0];
  readonly #next = new Map<number, number>();

  get sizeBytes(): number {
    return this.#before.length * 70;
  }

  append(text: number, byte: number): number {
    const key = text * 256 + byte;
    let next = this.#next.get(key);
    if (next === undefined) {
      next = this.#before.push(text) - 1;
      this.#last.push(byte);
      this.#next.set(key, next);
    }
    return next;
  }

  bytes(text: number): Uint8Array {
    const bytes: number[] = [];
    for (let each = text; each !== 0; each = this.#before[each]!) bytes.push(this.#last[each]!);
    return Uint8Array.from(bytes.reverse());
  }
}

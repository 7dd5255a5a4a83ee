/** What came out of all cases, as bytes to be hashed. */
import type { Distribution, SampleResult } from "@tokenmill/core";

export class Record {
  #bytes = new Uint8Array(1 << 20);
  #length = 0;

  text(text: string): void {
    const bytes = new TextEncoder().encode(`${text}\n`);
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** All bits of it; NaN has several patterns, and no meaning beyond. */
  number(value: number): void {
    const at = this.#room(8);
    new DataView(this.#bytes.buffer).setFloat64(at, Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value, true);
    if (Number.isNaN(value)) this.text("NaN");
  }

  result(result: SampleResult): void {
    const { tokenId, logprob, rank, keptCount, topCount, topTokenIds, topLogprobs, state } = result;
    const { namedCount, namedLogprobs, maskCount, maskTokenIds, maskLogprob } = result;
    for (const value of [tokenId, logprob, rank, keptCount, topCount, ...state]) this.number(value);
    for (let i = 0; i < topCount; i++) {
      this.number(topTokenIds[i]!);
      this.number(topLogprobs[i]!);
    }
    for (let i = 0; i < namedCount; i++) this.number(namedLogprobs[i]!);
    if (maskCount !== 0) this.number(maskLogprob);
    for (let i = 0; i < maskCount; i++) this.number(maskTokenIds[i]!);
  }

  distribution({ tokenIds, probs }: Distribution): void {
    tokenIds.forEach((id, i) => {
      this.number(id);
      this.number(probs[i]!);
    });
  }

  /** SHA-256, the first 16 hexadecimal digits. */
  async hash(): Promise<string> {
    const digest = await crypto.subtle.digest("SHA-256", this.#bytes.slice(0, this.#length));
    return Array.from(new Uint8Array(digest).subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Place for more bytes: where they begin. */
  #room(sizeBytes: number): number {
    const at = this.#length;
    this.#length += sizeBytes;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }
}

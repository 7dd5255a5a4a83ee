/**
 * Follows the frames of a WebSocket (RFC 6455 §5.2) beside the library that reads them, which does not say what it keeps:
 * how much of a message has come that is not whole yet, and how many frames there were.
 */

/** What a frame costs to keep besides its bytes. */
const frameCostBytes = 128;
const longestHeader = 14;
const finBit = 0x80;
const maskBit = 0x80;
const firstControlOpcode = 8;

export class FrameMeter {
  /** Memory of the message that is not whole yet, and of the header of a frame that is not. */
  unfinishedBytes = 0;
  readonly #header: Uint8Array = new Uint8Array(longestHeader);
  #headerLength = 0;
  #payloadLeft = 0;
  #messageBytes = 0;
  #isInMessage = false;

  /** Whether a message or a frame has begun and is not whole. */
  get isUnfinished(): boolean {
    return this.#isInMessage || this.#headerLength > 0;
  }

  /** Takes what has come; the number of frames that ended in it. */
  push(chunk: Uint8Array): number {
    let frames = 0;
    for (let offset = 0; offset < chunk.length; ) {
      if (this.#payloadLeft === 0) {
        this.#header[this.#headerLength++] = chunk[offset++]!;
        if (this.#headerLength < this.#headerSize) continue;
        this.#payloadLeft = this.#payloadLength;
      } else {
        const part = Math.min(this.#payloadLeft, chunk.length - offset);
        offset += part;
        this.#payloadLeft -= part;
        if (!this.#isControl) this.#messageBytes += part;
      }
      if (this.#payloadLeft > 0) continue;
      frames++;
      this.#endFrame();
    }
    this.unfinishedBytes = this.#messageBytes + this.#headerLength;
    return frames;
  }

  #endFrame(): void {
    if (!this.#isControl) {
      this.#isInMessage = (this.#header[0]! & finBit) === 0;
      this.#messageBytes = this.#isInMessage ? this.#messageBytes + frameCostBytes : 0;
    }
    this.#headerLength = 0;
  }

  get #isControl(): boolean {
    return (this.#header[0]! & 0x0f) >= firstControlOpcode;
  }

  /** As far as it is known. */
  get #headerSize(): number {
    if (this.#headerLength < 2) return 2;
    const second = this.#header[1]!;
    const length = second & 0x7f;
    return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + ((second & maskBit) === 0 ? 0 : 4);
  }

  get #payloadLength(): number {
    const view = new DataView(this.#header.buffer);
    const length = this.#header[1]! & 0x7f;
    if (length === 126) return view.getUint16(2);
    return length === 127 ? Number(view.getBigUint64(2)) : length;
  }
}

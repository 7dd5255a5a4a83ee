/**
 * Server-sent events from pieces of bytes that may be cut anywhere: inside a line break, inside a character, inside a
 * field name. https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class SseParser {
  readonly #onData: (data: string, event: string) => void;
  readonly #decoder = new TextDecoder("utf-8");
  #rest = "";
  #data: string[] = [];
  #event = "";
  /** The last character was a CR: an LF that follows belongs to it. */
  #isAfterCr = false;

  constructor(onData: (data: string, event: string) => void) {
    this.#onData = onData;
  }

  push(chunk: Uint8Array): void {
    this.#feed(this.#decoder.decode(chunk, { stream: true }));
  }

  /** An event that no blank line ended is dropped, as the standard has it. */
  end(): void {
    this.#feed(this.#decoder.decode());
  }

  #feed(text: string): void {
    if (text === "") return;
    let start = 0;
    if (this.#isAfterCr && text.charCodeAt(0) === 10) start = 1;
    this.#isAfterCr = false;
    for (let i = start; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code !== 10 && code !== 13) continue;
      const line = this.#rest + text.slice(start, i);
      this.#rest = "";
      if (code === 13) {
        if (i + 1 === text.length) this.#isAfterCr = true;
        else if (text.charCodeAt(i + 1) === 10) i++;
      }
      start = i + 1;
      this.#line(line);
    }
    this.#rest += text.slice(start);
  }

  #line(line: string): void {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field !== "data" && field !== "event") return;
    const value = colon < 0 ? "" : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1);
    if (field === "data") this.#data.push(value);
    else this.#event = value;
  }

  #dispatch(): void {
    const data = this.#data;
    const event = this.#event;
    this.#data = [];
    this.#event = "";
    if (data.length > 0) this.#onData(data.join("\n"), event);
  }
}

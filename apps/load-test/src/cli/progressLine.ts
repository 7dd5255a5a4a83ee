/** One line on a terminal, redrawn in place; nothing where there is no terminal. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #isShown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  draw(text: string): void {
    if (!this.#stream.isTTY) return;
    this.#isShown = true;
    this.#stream.write(`\r\x1b[2K${text.slice(0, Math.max(20, (this.#stream.columns || 80) - 1))}`);
  }

  clear(): void {
    if (this.#isShown) this.#stream.write("\r\x1b[2K");
    this.#isShown = false;
  }
}

/** The last lines of a terminal, redrawn in place; finished lines scroll away above them. */
import type { WriteStream } from "node:tty";

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
/** Lines that are too long are cut by the terminal: a wrapped one would spoil the count. */
const noWrap = "\x1b[?7l";
const wrap = "\x1b[?7h";
const clearBelow = "\x1b[J";

export class LiveArea {
  readonly #terminal: WriteStream;
  #lines: readonly string[] = [];
  readonly #restore = (): void => void this.#terminal.write(wrap + showCursor);

  constructor(terminal: WriteStream) {
    this.#terminal = terminal;
    terminal.write(hideCursor);
    // A second Ctrl-C ends the process at once.
    process.once("exit", this.#restore);
  }

  get columns(): number {
    return this.#terminal.columns || 80;
  }

  get rows(): number {
    return this.#terminal.rows || 24;
  }

  draw(lines: readonly string[]): void {
    this.#terminal.write(this.#erased() + framed(lines));
    this.#lines = lines;
  }

  /** A line above the area, to stay. */
  print(line: string): void {
    this.#terminal.write(`${this.#erased()}${line}\n${framed(this.#lines)}`);
  }

  /** Erases the area and gives the cursor back. */
  end(): void {
    this.#terminal.write(this.#erased() + wrap + showCursor);
    this.#lines = [];
    process.off("exit", this.#restore);
  }

  #erased(): string {
    return this.#lines.length === 0 ? "" : `\x1b[${this.#lines.length}A\r${clearBelow}`;
  }
}

function framed(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${noWrap}${lines.join("\n")}\n${wrap}`;
}

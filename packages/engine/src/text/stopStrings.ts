/**
 * Stop strings over text that arrives in pieces. The string that is complete first wins; of several that end with
 * the same character, the longest. That rule alone makes the result independent of where tokens cut the text.
 */

/** What one piece of text gave. */
export interface StopScan {
  /** Text that is certain: it is before the match, or can no longer be part of one. */
  text: string;
  /** Text held back because a stop string may still begin with it; "" after a match. */
  held: string;
  /** The stop string or regular expression that matched. */
  match: string | undefined;
  /** What the regular expression matched. */
  matchText?: string;
}

/** What ends an output by its text. */
export interface Stops {
  readonly strings: readonly string[];
  readonly regexes: readonly string[];
  /** Text before what is searched. */
  pass(text: string): void;
  /**
   * Scans what was held back plus the new text. The result may be reused by the next call.
   * @param isLast whether the text ends there
   */
  push(held: string, text: string, isLast: boolean): Readonly<StopScan>;
}

export class StopStrings implements Stops {
  readonly strings: readonly string[];
  readonly regexes: readonly string[] = [];
  /** Reused result of `push`. */
  readonly #scan: StopScan = { text: "", held: "", match: undefined };

  /** @param strings well-formed, none empty. */
  constructor(strings: readonly string[]) {
    this.strings = [...strings];
  }

  pass(): void {}

  push(held: string, text: string): Readonly<StopScan> {
    const scan = this.#scan;
    const all = held === "" ? text : held + text;
    let matchStart = -1;
    let matchEnd = Infinity;
    scan.match = undefined;
    for (const string of this.strings) {
      const start = all.indexOf(string);
      if (start < 0) continue;
      const end = start + string.length;
      if (end < matchEnd || (end === matchEnd && start < matchStart)) {
        matchStart = start;
        matchEnd = end;
        scan.match = string;
      }
    }
    const certain = matchStart >= 0 ? matchStart : this.#certainLength(all);
    scan.text = certain === all.length ? all : all.slice(0, certain);
    scan.held = scan.match !== undefined || certain === all.length ? "" : all.slice(certain);
    return scan;
  }

  /** Length of the text before the earliest tail that is a proper prefix of a stop string. */
  #certainLength(text: string): number {
    let certain = text.length;
    for (const string of this.strings) {
      const first = string[0]!;
      let start = text.indexOf(first, Math.max(0, text.length - string.length + 1));
      while (start >= 0 && start < certain) {
        if (string.startsWith(text.slice(start))) certain = start;
        else start = text.indexOf(first, start + 1);
      }
    }
    return certain;
  }
}

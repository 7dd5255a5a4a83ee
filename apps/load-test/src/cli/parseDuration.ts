import { UsageError } from "@tokenmill/cli";
/** Durations as people write them: `250ms`, `30s`, `2m`, `1h`. */

const unitMs = { us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds; undefined if the text is no duration. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(us|µs|ms|s|m|h)$/.exec(text.trim());
  return match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : undefined;
}

/** A flag's parser. @throws UsageError */
export function durationFlag(flag: string): (text: string) => number {
  return (text) => {
    const value = durationMs(text);
    if (value === undefined) {
      throw new UsageError(`"${flag}" expected a duration such as 500ms, 30s or 2m, got ${JSON.stringify(text)}`);
    }
    return value;
  };
}

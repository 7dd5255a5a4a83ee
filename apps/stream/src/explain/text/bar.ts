/** Horizontal bars out of block characters, an eighth of a column fine. */

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** A bar of `fraction` (0 … 1) of `width` columns; whatever is above 0 shows at least an eighth of a column. */
export function bar(fraction: number, width: number): string {
  const length = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const shown = fraction > 0 ? Math.max(1, length) : 0;
  return "█".repeat(shown >> 3) + eighths[shown & 7]!;
}

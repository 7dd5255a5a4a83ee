/** Numbers as people read them. */

/** Three significant digits, thousands separated. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1) return value.toFixed(2);
  return size === 0 ? "0" : size < 0.001 ? value.toExponential(1) : value.toFixed(3);
}

/** Milliseconds in the unit that reads best. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  if (ms >= 1000) return `${figure(ms / 1000)} s`;
  return ms !== 0 && Math.abs(ms) < 1 ? `${figure(ms * 1000)} µs` : `${figure(ms)} ms`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(Math.abs(share) < 0.1 ? 2 : 1)} %`;
}

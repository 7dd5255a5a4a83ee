/** How numbers are written on the page. */
import { format } from "d3-format";

const grouped = format(",");
const significant = format(".3~g");

/** 0 … 1 as a percentage; a share that rounds to 0 keeps its size. */
export function percent(p: number): string {
  if (p === 0) return "0";
  if (p >= 0.9995 && p < 1 - 1e-9) return ">99.9 %";
  if (p < 0.0001) return `${(p * 100).toExponential(0).replace("e-", "e−")} %`;
  return `${(p * 100).toFixed(p < 0.001 ? 3 : p < 0.01 ? 2 : 1)} %`;
}

export function count(n: number): string {
  return grouped(n);
}

export function decimal(x: number): string {
  if (!Number.isFinite(x)) return x < 0 ? "−∞" : "∞";
  return significant(x).replace("-", "−");
}

/** Formats of OpenAPI that bound integers. */
import { type Decimal, decimalOf } from "../decimal.ts";

export interface FormatBound {
  readonly is: "atLeast" | "atMost";
  readonly bound: Decimal;
}

/** Undefined for one that is not known. */
export function numberFormat(name: string): readonly FormatBound[] | undefined {
  const [, sign, width] = /^(u?)int(8|16|32|64)$/.exec(name) ?? [];
  if (width === undefined) return undefined;
  const values = 1n << BigInt(width);
  const least = sign === "u" ? 0n : -values / 2n;
  return [
    { is: "atLeast", bound: decimalOf(least) },
    { is: "atMost", bound: decimalOf(least + values - 1n) },
  ];
}

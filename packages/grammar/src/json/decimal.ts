/** Numbers of a schema as exact decimals: doubles stand for the shortest decimal that is read as them, as validators print them. */

/** `digits` · 10^−`scale`, or its negative. Without trailing zeros behind the point; zero is not negative. */
export interface Decimal {
  readonly isNegative: boolean;
  readonly digits: bigint;
  /** How many of the digits stand behind the point. */
  readonly scale: number;
}

/** @param value finite */
export function decimalOf(value: number | bigint): Decimal {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(String(value))!;
  let digits = BigInt(whole! + fraction);
  let scale = fraction.length - Number(exponent);
  if (scale < 0) {
    digits *= 10n ** BigInt(-scale);
    scale = 0;
  }
  while (scale > 0 && digits % 10n === 0n) {
    digits /= 10n;
    scale--;
  }
  return { isNegative: sign === "-" && digits !== 0n, digits, scale };
}

/** What stands before the point, and behind it. */
export function partsOf({ digits, scale }: Decimal): { whole: string; fraction: string } {
  const text = String(digits).padStart(scale + 1, "0");
  return { whole: text.slice(0, text.length - scale), fraction: text.slice(text.length - scale) };
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const scaled = ({ isNegative, digits, scale: own }: Decimal): bigint =>
    (isNegative ? -digits : digits) * 10n ** BigInt(scale - own);
  const difference = scaled(a) - scaled(b);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

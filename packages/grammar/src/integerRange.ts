/** Integers between two bounds as an EBNF expression: one alternative per number of digits and leading digit. */

/** Bounds are inclusive safe integers; absent: none on that side. `least` ≤ `most`. */
export function integerRange(least: number | undefined, most: number | undefined): string {
  const alternatives: string[] = [];
  if (least === undefined || least < 0) {
    const nearest = most === undefined || most >= 0 ? 1 : -most;
    alternatives.push(...between(nearest, least === undefined ? undefined : -least).map((digits) => `"-" ${digits}`));
  }
  if (most === undefined || most >= 0) alternatives.push(...between(Math.max(0, least ?? 0), most));
  return alternatives.join(" | ");
}

/** 0 ≤ `least` ≤ `most`. */
function between(least: number, most: number | undefined): string[] {
  const alternatives: string[] = [];
  let low = String(least);
  if (most === undefined) return [...sameLength(low, "9".repeat(low.length)), `[1-9] [0-9]{${low.length},}`];
  const high = String(most);
  for (; low.length < high.length; low = `1${"0".repeat(low.length)}`) {
    alternatives.push(...sameLength(low, "9".repeat(low.length)));
  }
  return [...alternatives, ...sameLength(low, high)];
}

/** Numbers from `low` to `high`, which have as many digits. */
function sameLength(low: string, high: string): string[] {
  const rest = low.length - 1;
  const [first, last] = [Number(low[0]), Number(high[0])];
  if (rest === 0) return [`[${first}-${last}]`];
  if (first === last) return sameLength(low.slice(1), high.slice(1)).map((digits) => `"${first}" ${digits}`);
  const isWholeLow = low === `${first}${"0".repeat(rest)}`;
  const isWholeHigh = high === `${last}${"9".repeat(rest)}`;
  const [from, to] = [isWholeLow ? first : first + 1, isWholeHigh ? last : last - 1];
  const middle = from <= to ? [`[${from}-${to}] [0-9]{${rest}}`] : [];
  const below = isWholeLow ? [] : sameLength(low, `${first}${"9".repeat(rest)}`);
  const above = isWholeHigh ? [] : sameLength(`${last}${"0".repeat(rest)}`, high);
  return [...below, ...middle, ...above];
}

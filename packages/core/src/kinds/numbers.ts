/** Parameters that are numbers or lists of them. */
import type { ParameterFacts, ParameterSpec } from "./parameter.ts";
import { integerRange, isInRange, type NumberRange, numberRange, rangeText } from "./range.ts";

const isNumber = (value: unknown): value is number => typeof value === "number";

/** A number in the range. */
export function number(range: NumberRange, facts?: ParameterFacts<number>): ParameterSpec {
  return {
    ...facts,
    kind: range.type,
    range,
    expected: rangeText(range),
    hasType: isNumber,
    faultOf: (value) => (isNumber(value) && isInRange(range, value) ? undefined : { value }),
  };
}

/** A share or probability, from 0 to 1. */
export function share(ends: "[]" | "(]" | "[)" | "()", facts?: ParameterFacts<number>): ParameterSpec {
  return number(numberRange(0, 1, ends), facts);
}

/** A whole number, to 2^31 − 1 unless said otherwise. */
export function integer(least: number, facts?: ParameterFacts<number>, most: number = 2 ** 31 - 1): ParameterSpec {
  return number(integerRange(least, most), facts);
}

/** Keys of watermarks: 53 bits, kept in resume records as plain numbers. */
export const keyRange: NumberRange = integerRange(0, Number.MAX_SAFE_INTEGER);
const isKey = (value: unknown): boolean => isNumber(value) && isInRange(keyRange, value);

/** The secret of a watermark. */
export function key(facts?: ParameterFacts<number>): ParameterSpec {
  return {
    ...facts,
    kind: "seed",
    range: keyRange,
    expected: "safe integer ≥ 0",
    hasType: (value) => isNumber(value) || typeof value === "bigint",
    faultOf: (value) => (isKey(value) ? undefined : { value }),
  };
}

/** Up to `mostItems` numbers of one range, or one number for each of several ranges. */
export function numbers(
  of: NumberRange | readonly NumberRange[],
  facts?: ParameterFacts<readonly number[]>,
  mostItems: number = 1024,
): ParameterSpec {
  const isEach = "type" in of;
  const rangeAt = (index: number): NumberRange | undefined => (isEach ? of : of[index]);
  const [least, most] = isEach ? [0, mostItems] : [of.length, of.length];
  return {
    ...facts,
    kind: "numbers",
    ...(isEach ? { range: of } : { ranges: of }),
    leastItems: least,
    mostItems: most,
    expected: isEach ? `array of at most ${most} of ${rangeText(of)}` : `[${of.map(rangeText).join("; ")}]`,
    hasType: Array.isArray,
    faultOf: (value) => {
      if (!Array.isArray(value) || value.length < least || value.length > most) return { value };
      const index = value.findIndex((x, i) => !isNumber(x) || !isInRange(rangeAt(i)!, x));
      return index < 0 ? undefined : { at: `[${index}]`, expected: rangeText(rangeAt(index)!), value: value[index] };
    },
  };
}

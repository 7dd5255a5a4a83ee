/** What a row of the table says of one exported function, and the values that are thrown at it. */

/** Whether a hostile value is a good one here. */
export type Accepts = (value: unknown) => boolean;

export interface Argument {
  /** As messages call it. */
  readonly name: string;
  /** A good value; `fields` of an options object are put over it one by one. */
  readonly good: unknown;
  /** For an options object: every field that it may have, and what each takes of the hostile values. */
  readonly fields?: Readonly<Record<string, Accepts>>;
  /** Of the hostile values themselves. Absent: none. */
  readonly accepts?: Accepts;
}

export interface Row {
  readonly call: (...args: never[]) => unknown;
  /** In order. */
  readonly args: readonly Argument[];
  /** Values that are good are not tried: a call takes seconds. */
  readonly isDear?: true;
  /** Ends what a call that succeeded has opened. */
  readonly dispose?: (result: never) => unknown;
}

/** `"a"`, NaN and their like: none of them may be taken for something else. */
export const hostile: readonly unknown[] = ["a", Number.NaN, -1, 1.5, 2 ** 31, 1e12, null, true, Symbol("s")];

export const nothing: Accepts = () => false;
export const text: Accepts = (value) => typeof value === "string";
export const flag: Accepts = (value) => typeof value === "boolean";
export const integerIn =
  (min: number, max: number): Accepts =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
export const numberIn =
  (min: number, max: number): Accepts =>
  (value) =>
    typeof value === "number" && value >= min && value <= max;

export const uint64: Accepts = integerIn(0, Number.MAX_SAFE_INTEGER);
export const anything: Accepts = () => true;

export const argument = (name: string, good: unknown, accepts: Accepts = nothing): Argument => ({
  name,
  good,
  accepts,
});
export const options = (name: string, good: unknown, fields: Readonly<Record<string, Accepts>>): Argument => ({
  name,
  good,
  fields,
});

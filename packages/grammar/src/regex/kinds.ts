/** Kinds of expressions, and what is said of an expression of any kind. */

/**
 * What a, b and c are by kind. bytes: set. concat: head, tail. or, and: part, and the rest (another of its kind, or the last
 * part), parts in falling order. not: part. repeat: part, least and largest count. multiple: modulus (an index of `moduli`),
 * and the remainder in two words of 30 bits, the lower first. distinct: item, what follows each, and counts (see `packCounts`).
 * begun: rest of an item, what was read of it (backwards), and the `distinct` that it is the first item of.
 */
export const kinds = {
  none: 0,
  empty: 1,
  bytes: 2,
  concat: 3,
  or: 4,
  and: 5,
  not: 6,
  repeat: 7,
  multiple: 8,
  distinct: 9,
  begun: 10,
} as const;
export type Kind = (typeof kinds)[keyof typeof kinds];

/** Bits of `Nodes.has`. */
export const flags = { nullable: 1, boolean: 2, remainders: 4, distinct: 8, anyOrder: 16 } as const;

/** Stands for a repetition without an end. */
export const endless = -1;
/**
 * Inside of an item that has begun nearly every byte leads to a residual of its own, which an output meets once: beyond so many
 * classes of bytes they are not kept.
 */
export const mostRemembered = 64;
/** Most items of a `distinct` with an end. */
export const mostItems: number = 2 ** 15 - 2;

/** Least and largest count of a `distinct` in one word. */
export const packCounts: (min: number, max: number) => number = (min, max) =>
  min * 2 ** 15 + (max === endless ? mostItems + 1 : max);
export const leastOf: (counts: number) => number = (counts) => counts >> 15;
export const mostOf: (counts: number) => number = (counts) => {
  const max = counts & (2 ** 15 - 1);
  return max > mostItems ? endless : max;
};

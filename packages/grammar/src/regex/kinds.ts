/** Kinds of expressions, and what is said of an expression of any kind. */

/**
 * What a, b and c are by kind. bytes: set. concat: head, tail. or, and: part, and the rest (another of its kind, or the last
 * part), parts in falling order. not: part. repeat: part, least and largest count. multiple: modulus (an index of `moduli`),
 * and the remainder in two words of 30 bits, the lower first. distinct: item, least and largest count. begun: rest of an item,
 * what was read of it (backwards), and the `distinct` that it is the first item of.
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
export const flags = { nullable: 1, boolean: 2, remainders: 4, distinct: 8 } as const;

/** Stands for a repetition without an end. */
export const endless = -1;
/** Begins what stands between the items of a `distinct`. */
export const comma = 0x2c;

/**
 * Whether an expression that follows remainders has a text: where all texts of so many digits are of it but for what they must,
 * and must not, be multiples of, arithmetic tells, and a search would look at thousands of remainders.
 */
import { half } from "./algebra.ts";
import { DigitForms } from "./digitForms.ts";
import { endless, flags, kinds } from "./kinds.ts";
import type { Nodes } from "./nodes.ts";

/** Lengths are bits of a number. */
const longest = 30;
const everyLength = 2 ** 31 - 1;
/** Of texts that there are at most: so many digits, and more. */
const manyDigits = 2 ** 30;
/** Expressions further inside each other are not looked at. */
const deepest = 100;

interface Remainder {
  readonly modulus: number;
  readonly remainder: number;
}

/** All texts of digits of these lengths are of it that have all the remainders of `needs`, and none of `avoids`. */
interface Least {
  readonly lengths: number;
  readonly needs: readonly Remainder[];
  readonly avoids: readonly Remainder[];
}

/** Texts of digits that are of it have one of these lengths, and one of the remainders unless these are undefined. */
interface Most {
  readonly lengths: number;
  readonly remainders: readonly Remainder[] | undefined;
}

/** Numbers of so many digits have every remainder that is followed here, and are exact as doubles. */
const mostDigits = 15;
/** By number of digits: a number of one more. */
const units: readonly number[] = Array.from({ length: mostDigits + 1 }, (_, digits) => Number(`1e${digits}`));
/** Most numbers with a remainder that are tried. */
const mostTries = 64;

const noneSeen: Least = { lengths: 0, needs: [], avoids: [] };
const allSeen: Most = { lengths: everyLength, remainders: undefined };

export class SureDigits {
  readonly #nodes: Nodes;
  readonly #least = new Map<number, Least>();
  readonly #most = new Map<number, Most>();
  readonly #heads = new Map<number, Most>();
  readonly #forms: DigitForms;
  #depth = 0;

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
    this.#forms = new DigitForms(nodes);
  }

  /** Whether it has a text; undefined where that is not seen. */
  hasText(expr: number): boolean | undefined {
    if (!this.#nodes.has(expr, flags.remainders)) return undefined;
    if (hasDigits(this.#leastOf(expr))) return true;
    return isNothing(this.#headsOf(expr)) ? false : undefined;
  }

  #leastOf(expr: number): Least {
    return this.#known(this.#least, expr, noneSeen, () => this.#computeLeast(expr));
  }

  #mostOf(expr: number): Most {
    return this.#known(this.#most, expr, allSeen, () => this.#computeMost(expr));
  }

  /** Of all texts, what they have before their first byte that is no digit. */
  #headsOf(expr: number): Most {
    return this.#known(this.#heads, expr, allSeen, () => this.#computeHeads(expr));
  }

  #known<T>(all: Map<number, T>, expr: number, unseen: T, compute: () => T): T {
    let known = all.get(expr);
    if (known !== undefined) return known;
    if (this.#depth === deepest) return unseen;
    this.#depth++;
    known = compute();
    this.#depth--;
    all.set(expr, known);
    return known;
  }

  #computeLeast(expr: number): Least {
    const nodes = this.#nodes;
    const [a, b] = [nodes.a(expr), nodes.b(expr)];
    switch (nodes.kind(expr)) {
      case kinds.none:
        return noneSeen;
      case kinds.empty:
        return ofLengths(1);
      case kinds.bytes:
        return ofLengths(this.#forms.digitsOf(a) === 10 ? 2 : 0);
      case kinds.multiple:
        return { lengths: everyLength, needs: [this.#remainderOf(expr)], avoids: [] };
      case kinds.and: {
        const [first, second] = [this.#leastOf(a), this.#leastOf(b)];
        const needs = [...first.needs, ...second.needs];
        return { lengths: first.lengths & second.lengths, needs, avoids: [...first.avoids, ...second.avoids] };
      }
      case kinds.not: {
        const { lengths, remainders } = this.#mostOf(a);
        return remainders ? { lengths: everyLength, needs: [], avoids: remainders } : ofLengths(everyLength & ~lengths);
      }
      case kinds.or: {
        const [first, second] = [this.#leastOf(a), this.#leastOf(b)];
        if (isPlain(first) && isPlain(second)) return ofLengths(first.lengths | second.lengths);
        return first.lengths > second.lengths ? first : second;
      }
      case kinds.concat: {
        const [first, second] = [this.#leastOf(a), this.#leastOf(b)];
        return ofLengths(isPlain(first) && isPlain(second) ? sums(first.lengths, second.lengths) : 0);
      }
      case kinds.repeat: {
        const part = this.#leastOf(a);
        return ofLengths(isPlain(part) && part.lengths & 2 ? this.#counts(expr) : b === 0 ? 1 : 0);
      }
      case kinds.distinct:
      case kinds.begun:
        return noneSeen;
    }
  }

  #computeMost(expr: number): Most {
    const nodes = this.#nodes;
    const [a, b] = [nodes.a(expr), nodes.b(expr)];
    switch (nodes.kind(expr)) {
      case kinds.none:
        return { lengths: 0, remainders: [] };
      case kinds.empty:
        return { lengths: 1, remainders: undefined };
      case kinds.bytes:
        return { lengths: this.#forms.digitsOf(a) > 0 ? 2 : 0, remainders: undefined };
      case kinds.multiple:
        return { lengths: everyLength, remainders: [this.#remainderOf(expr)] };
      case kinds.and:
        return meet(this.#mostOf(a), this.#mostOf(b));
      case kinds.not: {
        const part = this.#leastOf(a);
        const lengths = isPlain(part) ? (everyLength & ~part.lengths) | manyDigits : everyLength;
        return { lengths, remainders: undefined };
      }
      case kinds.or:
        return unite(this.#mostOf(a), this.#mostOf(b));
      case kinds.concat:
        return { lengths: sums(this.#mostOf(a).lengths, this.#mostOf(b).lengths, manyDigits), remainders: undefined };
      case kinds.repeat: {
        const { lengths } = this.#mostOf(a);
        if (lengths === 0) return { lengths: b === 0 ? 1 : 0, remainders: undefined };
        return { lengths: lengths === 2 ? this.#counts(expr) || manyDigits : everyLength, remainders: undefined };
      }
      case kinds.distinct:
      case kinds.begun:
        return { lengths: everyLength, remainders: undefined };
    }
  }

  #computeHeads(expr: number): Most {
    const nodes = this.#nodes;
    const [a, b] = [nodes.a(expr), nodes.b(expr)];
    const kind = nodes.kind(expr);
    if (this.#forms.isOfDigits(expr)) return this.#mostOf(expr);
    if (kind === kinds.or) return unite(this.#headsOf(a), this.#headsOf(b));
    if (kind === kinds.and) return meet(this.#headsOf(a), this.#headsOf(b));
    if (kind === kinds.concat && this.#forms.isOfDigits(a) && !this.#forms.mayBeginWithDigit(b)) return this.#mostOf(a);
    return {
      lengths: lengthsUpTo(this.#forms.mostDigits(expr)),
      remainders: undefined,
    };
  }

  /** Lengths of repetitions of one digit. */
  #counts(expr: number): number {
    const nodes = this.#nodes;
    const max = nodes.c(expr);
    return lengthsUpTo(max === endless ? longest : max) & ~lengthsUpTo(nodes.b(expr) - 1);
  }

  #remainderOf(expr: number): Remainder {
    const nodes = this.#nodes;
    return { modulus: nodes.moduli[nodes.a(expr)]!, remainder: nodes.b(expr) + nodes.c(expr) * half };
  }
}

function hasDigits({ lengths, needs, avoids }: Least): boolean {
  const [need = { modulus: 1, remainder: 0 }] = needs;
  if (lengths === 0 || needs.length > 1) return false;
  for (let length = mostDigits; length >= 0; length--) {
    if (((lengths >> length) & 1) === 0) continue;
    const unit = units[length]!;
    let number = firstWith(need, unit);
    for (let tries = 0; tries < mostTries && number < unit; tries++, number += need.modulus) {
      if (!avoids.some((each) => (beforeZeros(each, unit) + number) % each.modulus === 0)) return true;
    }
  }
  return false;
}

/** Whether no number has one of the remainders in so many digits. */
function isNothing({ lengths, remainders }: Most): boolean {
  if (!remainders || lengths >> mostDigits > 0) return false;
  for (let length = 0; length < mostDigits; length++) {
    if (((lengths >> length) & 1) === 0) continue;
    const unit = units[length]!;
    if (remainders.some((each) => firstWith(each, unit) < unit)) return false;
  }
  return true;
}

/** The least number which, written behind what was read in as many digits as the unit has zeros, makes a multiple. */
function firstWith(read: Remainder, unit: number): number {
  return (read.modulus - beforeZeros(read, unit)) % read.modulus;
}

/** The remainder of what was read with as many zeros behind it as the unit has, exact for every modulus that is followed. */
function beforeZeros({ modulus, remainder }: Remainder, unit: number): number {
  const product = remainder * (unit % modulus);
  if (product <= Number.MAX_SAFE_INTEGER) return product % modulus;
  return Number((BigInt(remainder) * BigInt(unit)) % BigInt(modulus));
}

function meet(first: Most, second: Most): Most {
  return { lengths: first.lengths & second.lengths, remainders: first.remainders ?? second.remainders };
}

function unite(first: Most, second: Most): Most {
  if (first.lengths === 0) return second;
  if (second.lengths === 0) return first;
  const { remainders } = second;
  const both = first.remainders && remainders && [...first.remainders, ...remainders];
  return { lengths: first.lengths | second.lengths, remainders: both };
}

function ofLengths(lengths: number): Least {
  return lengths === 0 ? noneSeen : { lengths, needs: [], avoids: [] };
}

function isPlain({ needs, avoids }: Least): boolean {
  return needs.length + avoids.length === 0;
}

function lengthsUpTo(most: number): number {
  return most >= longest ? everyLength : (1 << (most + 1)) - 1;
}

/** Lengths of one text after another. @param more stands for those that are too large */
function sums(first: number, second: number, more = 0): number {
  let lengths = 0;
  for (let length = 0; length <= longest; length++) {
    if (((first >> length) & 1) === 0) continue;
    lengths |= second << length;
    if (second >>> (longest + 1 - length) > 0) lengths |= more;
  }
  return lengths & everyLength;
}

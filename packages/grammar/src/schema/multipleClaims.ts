/**
 * What is said of a number by what it is a multiple of, said by few divisors: such claims hold or not by the remainder of the
 * number by all of them together, and every state of an automaton that follows several would be one of those remainders.
 */
import { type Claims, claimsIn } from "./claims.ts";
import type { NumberClaim } from "./numberClaims.ts";

/** Largest number whose remainders are all looked at. */
const mostRemainders = 100_000;

/** Multiples of the first that are none of the second; the second is 0 where there is none. */
export interface Multiples {
  readonly of: number;
  readonly except: number;
}

/** Whether nothing is said but what it is a multiple of, all divisors being whole. */
export function isOfMultiples(claims: Claims<NumberClaim>): boolean {
  const leaves = claimsIn(claims).map(({ leaf }) => leaf);
  return leaves.length > 0 && leaves.every((leaf) => leaf.is === "multiple" && leaf.divisor.scale === 0);
}

/** Undefined where it cannot be said so, or takes long to see; false where no number is meant. @param parts all of multiples */
export function fewMultiples(parts: readonly Claims<NumberClaim>[]): Multiples | false | undefined {
  const divisors = new Set(parts.flatMap(claimsIn).map(divisorOf));
  if (divisors.size < 2) return undefined;
  let all = 1;
  for (const divisor of divisors) {
    all *= divisor / gcd(all, divisor);
    if (!(all <= mostRemainders)) return undefined;
  }
  const holds = (isMultiple: (divisor: number) => boolean): boolean =>
    parts.every((part) => isTrueOf(part, isMultiple));
  // of numbers that are not whole
  if (holds(() => false)) return undefined;
  const found = new Uint8Array(all);
  let of = 0;
  for (let remainder = 0; remainder < all; remainder++) {
    if (!holds((divisor) => remainder % divisor === 0)) continue;
    found[remainder] = 1;
    of = gcd(of, remainder === 0 ? all : remainder);
  }
  if (of === 0) return false;
  let except = 0;
  for (let remainder = 0; remainder < all; remainder += of) {
    if (found[remainder] === 0) except = gcd(except, remainder === 0 ? all : remainder);
  }
  for (let remainder = 0; except > 0 && remainder < all; remainder += except) {
    if (found[remainder] === 1) return undefined;
  }
  return { of, except };
}

function divisorOf({ leaf }: NumberClaim): number {
  return leaf.is === "multiple" ? Number(leaf.divisor.digits) : 0;
}

function isTrueOf(claims: Claims<NumberClaim>, isMultiple: (divisor: number) => boolean): boolean {
  switch (claims.kind) {
    case "true":
    case "false":
      return claims.kind === "true";
    case "all":
      return claims.parts.every((part) => isTrueOf(part, isMultiple));
    case "any":
      return claims.parts.some((part) => isTrueOf(part, isMultiple));
    case "claim":
      return isMultiple(divisorOf(claims.claim)) === claims.claim.isTrue;
    default:
      return claims satisfies never;
  }
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

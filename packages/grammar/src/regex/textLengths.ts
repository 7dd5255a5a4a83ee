/**
 * Intersections of text expressions, made smaller before they are spelled: repetitions of classes are met as one, and a
 * length that another part keeps anyway is left out. Lengths are in characters.
 */
import { intersect } from "./spellings.ts";
import type { TextRegex } from "./textRegex.ts";

interface Lengths {
  readonly min: number;
  readonly max: number;
}

type ClassRun = { readonly kind: "repeat"; readonly part: TextRegex & { kind: "class" } } & Lengths;

const scalars = 0x110000 - 0x800;

/** Parts with the same intersection. */
export function withoutImpliedLengths(given: readonly TextRegex[]): readonly TextRegex[] {
  const parts = given.flatMap((part) => (part.kind === "and" ? part.parts : [part]));
  const runs = parts.map(asRun).filter((run) => run !== undefined);
  const others = parts.filter((part) => asRun(part) === undefined);
  if (runs.length === 0) return parts;
  const run = runs.reduce(meet);
  if (run.min > run.max) return [{ kind: "none" }];
  const isEvery = run.part.ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0) === scalars;
  const isImplied = others.some((part) => {
    const { min, max } = lengths(part);
    return min >= run.min && max <= run.max;
  });
  return isEvery && isImplied ? others : [...others, run];
}

function asRun(part: TextRegex): ClassRun | undefined {
  if (part.kind === "class") return { kind: "repeat", part, min: 1, max: 1 };
  if (part.kind !== "repeat" || part.part.kind !== "class" || part.part.ranges.length === 0) return undefined;
  return { kind: "repeat", part: part.part, min: part.min, max: part.max };
}

function meet(a: ClassRun, b: ClassRun): ClassRun {
  const ranges = intersect(a.part.ranges, b.part.ranges);
  const [min, max] = [Math.max(a.min, b.min), Math.min(a.max, b.max)];
  // without a common character only the empty text is left
  return { kind: "repeat", part: { kind: "class", ranges }, min, max: ranges.length === 0 ? Math.min(0, max) : max };
}

/** Of parts that may be shared. */
const known = new WeakMap<TextRegex, Lengths>();

function lengths(regex: TextRegex): Lengths {
  let found = known.get(regex);
  if (!found) known.set(regex, (found = lengthsOf(regex)));
  return found;
}

function lengthsOf(regex: TextRegex): Lengths {
  switch (regex.kind) {
    case "none":
      return { min: Number.POSITIVE_INFINITY, max: 0 };
    case "class":
      return { min: 1, max: 1 };
    case "concat": {
      const all = regex.parts.map(lengths);
      return { min: all.reduce((sum, { min }) => sum + min, 0), max: all.reduce((sum, { max }) => sum + max, 0) };
    }
    case "or": {
      const all = regex.parts.map(lengths);
      return { min: Math.min(...all.map(({ min }) => min)), max: Math.max(0, ...all.map(({ max }) => max)) };
    }
    case "and": {
      const all = regex.parts.map(lengths);
      return { min: Math.max(0, ...all.map(({ min }) => min)), max: Math.min(...all.map(({ max }) => max)) };
    }
    case "not":
    case "multiple":
      return { min: 0, max: Number.POSITIVE_INFINITY };
    case "repeat": {
      const { min, max } = lengths(regex.part);
      return { min: regex.min === 0 ? 0 : min * regex.min, max: max === 0 ? 0 : max * regex.max };
    }
    default:
      return regex satisfies never;
  }
}

/** Plans of the params that were compiled lately, found again by value: equal params are compiled once, changed ones are seen. */
import type { CompiledPlan } from "../chain/plan.ts";
import type { SamplingParams } from "../params/samplingParams.ts";

/** Beyond them the one that was used longest ago is forgotten. */
const mostPlans = 8;
/** Params hold lists, which hold lists of lists. */
const mostDepth = 3;

interface Recent {
  /** Nobody else has it, so that it stays what was compiled. */
  readonly copy: SamplingParams;
  readonly plan: CompiledPlan;
}

export class RecentPlans {
  readonly #compile: (params: SamplingParams) => CompiledPlan;
  /** The latest first. */
  readonly #recent: Recent[] = [];

  constructor(compile: (params: SamplingParams) => CompiledPlan) {
    this.#compile = compile;
  }

  /** O(size of the params). @throws as `compile` */
  planOf(params: SamplingParams): CompiledPlan {
    const recent = this.#recent;
    for (let i = 0; i < recent.length; i++) {
      const found = recent[i]!;
      if (!isSame(found.copy, params)) continue;
      if (i > 0) {
        recent.copyWithin(1, 0, i);
        recent[0] = found;
      }
      return found.plan;
    }
    const copy = copyOf(params, mostDepth);
    if (copy === undefined) return this.#compile(params);
    const plan = this.#compile(copy);
    recent.unshift({ copy, plan });
    if (recent.length > mostPlans) recent.pop();
    return plan;
  }
}

/** The same values in own lists; undefined for what is more than data: such params are compiled each time. */
function copyOf<T>(value: T, depth: number): T | undefined {
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (depth < 0) return undefined;
  const copyItems = (items: readonly unknown[]): unknown[] | undefined => {
    const copies = Array.from(items, (item) => copyOf(item, depth - 1));
    return copies.some((copy, i) => copy === undefined && items[i] !== undefined) ? undefined : copies;
  };
  if (Array.isArray(value)) return copyItems(value) as T | undefined;
  if (isMap(value)) {
    const isData = copyItems([...value.keys(), ...value.values()]) !== undefined;
    return isData ? (new Map(value) as T) : undefined;
  }
  const names = Object.keys(value);
  if (!isPlain(value) || Object.getOwnPropertyNames(value).length > names.length) return undefined;
  const copies = copyItems(names.map((name) => (value as Record<string, unknown>)[name]));
  return copies && (Object.fromEntries(names.map((name, i) => [name, copies[i]])) as T);
}

/** Whether `value` is what `copy` was made from: the same values of the same names in the same order. */
function isSame(copy: unknown, value: unknown): boolean {
  if (typeof copy !== "object" || copy === null) return Object.is(copy, value);
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(copy)) return Array.isArray(value) && areSame(copy, value);
  if (isMap(copy)) {
    return isMap(value) && areSame([...copy.keys(), ...copy.values()], [...value.keys(), ...value.values()]);
  }
  if (!isPlain(value)) return false;
  const names = Object.keys(copy);
  const others = Object.keys(value);
  if (names.length !== others.length) return false;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (name !== others[i]) return false;
    if (!isSame((copy as Record<string, unknown>)[name], (value as Record<string, unknown>)[name])) return false;
  }
  return true;
}

function areSame(copies: readonly unknown[], values: readonly unknown[]): boolean {
  if (copies.length !== values.length) return false;
  for (let i = 0; i < copies.length; i++) if (!isSame(copies[i], values[i])) return false;
  return true;
}

const isMap = (value: object): value is Map<unknown, unknown> => Object.getPrototypeOf(value) === Map.prototype;

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Compiled params in shared memory, one copy for all sequences that use equal params. */
import { refuseBecause } from "@tokenmill/check";
import { type CompileOptions, type SamplingParams, validateParams } from "@tokenmill/core";
import { compileValid } from "@tokenmill/core/internal";
import type { Arena } from "./arena.ts";
import { ExpectedCost } from "./rowCost.ts";
import type { Plan } from "../types.ts";

interface Entry {
  readonly key: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly params: Readonly<SamplingParams>;
  readonly initialState: readonly number[] | undefined;
  readonly stageNames: readonly string[];
  readonly customStages: string;
  readonly cost: ExpectedCost;
  users: number;
}

/** Costs are remembered of that many plans that nobody uses, with keys of at most that many characters. */
const MOST_COSTS = 1024;
const LONGEST_KEY = 4096;

export class PlanCache {
  /** What is known of plans that were released, the latest last. */
  readonly #costs = new Map<string, ExpectedCost>();
  /** Handles that are not released. */
  readonly #open = new WeakSet<Plan>();
  readonly #entries = new Map<string, Entry>();
  readonly #arena: Arena;
  readonly #memory: Uint8Array;
  readonly #options: CompileOptions;

  constructor(arena: Arena, memory: Uint8Array, options: CompileOptions) {
    this.#arena = arena;
    this.#memory = memory;
    this.#options = options;
  }

  /** @throws TypeError, RangeError for bad params; RangeError if the arena is full. */
  compile(params: SamplingParams): Plan {
    const { vocabSize, maxLogprobs, maxLogprobTokenIds, customStages = [] } = this.#options;
    validateParams(params, vocabSize, maxLogprobs, customStages, maxLogprobTokenIds);
    const { seed: _seed, ...unseeded } = params;
    const key = keyOf(unseeded);
    let entry = this.#entries.get(key);
    if (!entry) {
      const compiled = compileValid(unseeded, this.#options);
      const offsetBytes = this.#arena.allocate(compiled.bytes.length);
      if (offsetBytes === undefined) {
        refuseBecause(
          "params",
          `expected room for ${compiled.bytes.length} bytes in shared memory: raise arenaBytes`,
          false,
        );
      }
      this.#memory.set(compiled.bytes, offsetBytes);
      entry = {
        key,
        offsetBytes,
        sizeBytes: compiled.bytes.length,
        params: compiled.params,
        initialState: compiled.initialState,
        stageNames: compiled.stageNames,
        customStages: [...new Set(compiled.stageNames.filter((name) => name.startsWith("custom:")))].sort().join(),
        cost: this.#costs.get(key) ?? new ExpectedCost(),
        users: 0,
      };
      this.#entries.set(key, entry);
    }
    entry.users++;
    return this.#handle(entry);
  }

  /** @throws RangeError unless it is a plan of this cache that has not been released: its bytes may be another's by now. */
  check(plan: Plan): void {
    if (this.#open.has(plan)) return;
    refuseBecause("plan", "expected one that this pool compiled and that is not released", false);
  }

  #handle(entry: Entry): Plan {
    const plan: Plan = {
      offsetBytes: entry.offsetBytes,
      params: entry.params,
      initialState: entry.initialState,
      stageNames: entry.stageNames,
      customStages: entry.customStages,
      hasCustomStages: entry.customStages !== "",
      cost: entry.cost,
      release: () => {
        if (!this.#open.delete(plan)) return;
        if (--entry.users > 0) return;
        this.#entries.delete(entry.key);
        this.#remember(entry);
        this.#arena.free(entry.offsetBytes, entry.sizeBytes);
      },
    };
    this.#open.add(plan);
    return plan;
  }

  #remember({ key, cost }: Entry): void {
    if (key.length > LONGEST_KEY) return;
    this.#costs.delete(key);
    this.#costs.set(key, cost);
    if (this.#costs.size > MOST_COSTS) this.#costs.delete(this.#costs.keys().next().value!);
  }
}

/** Equal params give equal keys. The seed is no part of them: it travels with the job. */
function keyOf(params: SamplingParams): string {
  const names = Object.keys(params).sort() as (keyof SamplingParams)[];
  const parts = names.map((name) => {
    const value = params[name];
    return [name, value instanceof Map ? [...value] : value];
  });
  return JSON.stringify(parts, (_key, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

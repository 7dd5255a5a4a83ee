/**
 * The queue of specifications to compile, round robin over their owners. What takes longer than most while others are pending
 * is started anew in a thread of its own, so that the others do not wait for it.
 */
import { HurriedError } from "../budget/budget.ts";
import type { CompiledImage, Specification } from "./compileProtocol.ts";
import type { SpecSettings } from "./compileSpec.ts";
import { CompileThread, type ThreadLimits } from "./compileThread.ts";

/** Time in the first thread while others wait; nearly every specification takes less. */
const shortMs = 100;

/** Who waits for an image. */
export interface Waiters {
  readonly areGone: boolean;
  /** Is called when the last has gone. */
  onGone: (() => void) | undefined;
}

interface Waiting {
  readonly specification: Specification;
  readonly waiters: Waiters;
  readonly resolve: (image: CompiledImage) => void;
  readonly reject: (error: Error) => void;
}

class Lane {
  readonly #thread: CompileThread;
  readonly #onSettled: (one: Waiting, owner: string, error: Error | undefined, image?: CompiledImage) => void;
  /** By owner, in round-robin order. */
  readonly #waiting = new Map<string, Waiting[]>();
  #isBusy = false;

  constructor(
    thread: CompileThread,
    onSettled: (one: Waiting, owner: string, error: Error | undefined, image?: CompiledImage) => void,
  ) {
    this.#thread = thread;
    this.#onSettled = onSettled;
  }

  add(owner: string, one: Waiting): void {
    const own = this.#waiting.get(owner);
    if (own) own.push(one);
    else this.#waiting.set(owner, [one]);
    if (this.#isBusy) this.#thread.hurry();
    else void this.#run();
  }

  warm(): void {
    this.#thread.warm();
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    for (let next = this.#take(); next; next = this.#take()) {
      const [owner, one] = next;
      const { specification, waiters } = one;
      if (waiters.areGone) {
        this.#onSettled(one, owner, new Error("nobody waits for the grammar any more"));
        continue;
      }
      waiters.onGone = () => this.#thread.hurry();
      try {
        const compiled = this.#thread.compile(specification);
        if (this.#waiting.size > 0) this.#thread.hurry();
        this.#onSettled(one, owner, undefined, await compiled);
      } catch (error) {
        this.#onSettled(one, owner, error as Error);
      } finally {
        waiters.onGone = undefined;
      }
    }
    this.#isBusy = false;
  }

  /** The next in round-robin order; its owner goes to the back. */
  #take(): [string, Waiting] | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    const [owner, own] = first;
    this.#waiting.delete(owner);
    const one = own.shift()!;
    if (own.length > 0) this.#waiting.set(owner, own);
    return [owner, one];
  }
}

export class CompileQueue {
  readonly #short: Lane;
  readonly #long: Lane;

  constructor(settings: SpecSettings, limits: Omit<ThreadLimits, "hurriedMs">) {
    const longLimits = { ...limits, hurriedMs: limits.timeMs };
    this.#long = new Lane(new CompileThread(settings, longLimits), (one, _, error, image) => {
      if (image) one.resolve(image);
      else one.reject(error!);
    });
    this.#short = new Lane(
      new CompileThread(settings, { ...limits, hurriedMs: shortMs }),
      (one, owner, error, image) => {
        if (image) one.resolve(image);
        else if (error instanceof HurriedError) this.#long.add(owner, one);
        else one.reject(error!);
      },
    );
  }

  /** @throws what compiling throws */
  compile(specification: Specification, owner: string, waiters: Waiters): Promise<CompiledImage> {
    return new Promise((resolve, reject) => this.#short.add(owner, { specification, waiters, resolve, reject }));
  }

  /** Starts the threads before there is something to do. */
  warm(): void {
    this.#short.warm();
    this.#long.warm();
  }

  async close(): Promise<void> {
    await Promise.all([this.#short.close(), this.#long.close()]);
  }
}

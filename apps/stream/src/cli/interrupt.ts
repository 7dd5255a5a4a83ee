/** SIGINT and SIGTERM: the first asks for a clean stop, the second ends the process at once. */
import { StoppedError } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exitCodes.ts";

const codeOf = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;

export class Interrupt {
  readonly #controller: AbortController = new AbortController();
  #exitCode: ExitCode | undefined;

  constructor() {
    process.on("SIGINT", this.#stop).on("SIGTERM", this.#stop);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What to exit with once a signal came. */
  get exitCode(): ExitCode | undefined {
    return this.#exitCode;
  }

  /** The value of `work`, unless a signal comes first. @throws StoppedError */
  async unlessStopped<T>(work: Promise<T>): Promise<T> {
    let stop: (() => void) | undefined;
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(new StoppedError(this.#exitCode ?? exitCodes.interrupted));
      if (this.signal.aborted) stop();
      else this.signal.addEventListener("abort", stop);
    });
    try {
      return await Promise.race([work, stopped]);
    } finally {
      if (stop) this.signal.removeEventListener("abort", stop);
    }
  }

  /** Gives the signals back. */
  dispose(): void {
    process.off("SIGINT", this.#stop).off("SIGTERM", this.#stop);
  }

  readonly #stop = (name: NodeJS.Signals): void => {
    const code = codeOf[name as keyof typeof codeOf];
    if (this.#exitCode !== undefined) process.exit(code);
    this.#exitCode = code;
    this.#controller.abort();
  };
}

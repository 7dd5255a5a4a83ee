/** SIGINT and SIGTERM: the first asks for a clean stop, the second ends the process at once. */
import { type ExitCode, exitCodes } from "./exitCodes.ts";

const codeOf = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;

export class Interrupt {
  readonly #controller: AbortController = new AbortController();
  #exitCode: ExitCode | undefined;

  constructor() {
    process.on("SIGINT", this.#stop).on("SIGTERM", this.#stop);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What to exit with once a signal came. */
  get exitCode(): ExitCode | undefined {
    return this.#exitCode;
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

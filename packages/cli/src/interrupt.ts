/**
 * SIGINT, SIGTERM, SIGHUP (a terminal or ssh that closes) and SIGBREAK (Ctrl-Break on Windows): the first asks for a clean
 * stop, the second ends the process at once.
 */
import { StoppedError } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exitCodes.ts";

const codeOf = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
  SIGBREAK: exitCodes.terminated,
} as const;

type StopSignal = keyof typeof codeOf;
const stopSignals = Object.keys(codeOf) as StopSignal[];

export class Interrupt {
  readonly #controller: AbortController = new AbortController();
  #exitCode: ExitCode | undefined;

  constructor() {
    for (const name of stopSignals) process.on(name, this.#stop);
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
    for (const name of stopSignals) process.off(name, this.#stop);
  }

  readonly #stop = (name: NodeJS.Signals): void => {
    const code = codeOf[name as StopSignal];
    if (this.#exitCode !== undefined) process.exit(code);
    this.#exitCode = code;
    this.#controller.abort();
  };
}

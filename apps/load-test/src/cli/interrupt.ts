/**
 * SIGINT, SIGTERM, SIGHUP (a terminal or ssh that closes) and SIGBREAK (Ctrl-Break on Windows): the first asks for a clean
 * stop, the second ends the process at once.
 */
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

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What to exit with once a signal came. */
  get exitCode(): ExitCode | undefined {
    return this.#exitCode;
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

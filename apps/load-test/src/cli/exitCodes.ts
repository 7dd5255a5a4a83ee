/** What the process ends with. */
export const exitCodes = {
  done: 0,
  /** A limit of `--fail-if` or `--slo` was broken, or the run could not be done. */
  failed: 1,
  /** The command line, the scenario or what they name makes no sense. */
  usage: 2,
  /** Stopped by SIGHUP: the terminal was closed. */
  hungUp: 129,
  /** Stopped by SIGINT. */
  interrupted: 130,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

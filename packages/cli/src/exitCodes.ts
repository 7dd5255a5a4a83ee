/** What the process ends with. */
export const exitCodes = {
  done: 0,
  /** Something failed: a sequence, a row, a file. */
  failed: 1,
  /** The command line or what it names makes no sense. */
  usage: 2,
  /** Stopped by SIGHUP after a clean end: the terminal was closed. */
  hungUp: 129,
  /** Stopped by SIGINT after a clean end. */
  interrupted: 130,
  /** Stopped by SIGTERM after a clean end. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

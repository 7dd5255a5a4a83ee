/** Calls of readers: what they throw concerns no other sequence whose events came in the same message. */

export function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    rethrowLater(error);
  }
}

/** As rxjs does with errors that nobody handles. */
export function rethrowLater(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}

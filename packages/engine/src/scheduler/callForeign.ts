/** Code of others, called from the scheduler's loop: what it throws is nobody's but the process's, as rxjs has it. */

/** Calls it; what it throws is thrown where nobody catches it. */
export function callForeign(call: () => void): void {
  try {
    call();
  } catch (error) {
    rethrowLater(error);
  }
}

export function rethrowLater(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}

/** Calls of code of others from a loop that serves many: what it throws is nobody's but the process's, as rxjs has it. */

/** Calls it; what it throws is thrown where nobody catches it. */
export function callForeign(call: () => void): void {
  try {
    call();
  } catch (error) {
    rethrowLater(error);
  }
}

/** Throws it once what runs now is done. */
export function rethrowLater(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}

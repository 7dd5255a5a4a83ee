/** What anything that was thrown says, whatever it is. */

const withoutText = "an error without a text";

/** The text of whatever was thrown; never throws, although a getter or `toString` of the value may. */
export function messageOf(error: unknown): string {
  try {
    const text: unknown = error instanceof Error ? error.message : error;
    return typeof text === "object" && text !== null && !hasText(text) ? withoutText : String(text);
  } catch {
    return withoutText;
  }
}

/** An `Error` for whatever was thrown: itself if it is one that can be read, else one with its text. */
export function errorOf(error: unknown): Error {
  try {
    if (error instanceof Error && typeof error.message === "string") return error;
  } catch {
    // its message throws
  }
  return new Error(messageOf(error), { cause: error });
}

/** Whether the object says more of itself than `[object Object]`. */
function hasText(value: object): boolean {
  return (
    typeof (value as { toString?: unknown }).toString === "function" && value.toString !== Object.prototype.toString
  );
}

/** Whether code that ajv 8 makes has failed: for evaluated properties within anyOf it may read or write what it has not declared. */
export function isFaultOfAjv(error: unknown): boolean {
  if (error instanceof ReferenceError) return /^(props|items)\d+ is not defined$/.test(error.message);
  return error instanceof TypeError && error.message.startsWith("Cannot set properties of undefined");
}

/**
 * What a refusal knows besides its text: the parameter, and its wording for a caller that spells parameters in another
 * way. It stands beside the error, which stays a plain `TypeError` or `RangeError`, so nobody has to read a message to
 * tell a refusal from a failure.
 */

/** How a caller spells a parameter; undefined: as the refusal does. */
export type Spelling = (name: string) => string | undefined;

/** A message, each parameter in it as `spelled` has it. */
export type Wording = (spelled: (name: string) => string) => string;

export interface Refusal {
  /** What is refused: a name, and the place inside its value (`rows[0].position`). */
  readonly parameter: string;
  readonly message: string;
}

interface Refused {
  readonly parameter: string;
  readonly wording: Wording;
}

const refusals = new WeakMap<object, Refused>();

/** The error, marked as the refusal of a parameter. */
export function asRefusal<T extends Error>(error: T, parameter: string, wording: Wording): T {
  refusals.set(error, { parameter, wording });
  return error;
}

/** What was refused, in the caller's spelling; undefined for an error that is no refusal. */
export function refusalOf(error: unknown, spelling: Spelling = () => undefined): Refusal | undefined {
  const refused = typeof error === "object" && error !== null ? refusals.get(error) : undefined;
  if (!refused) return undefined;
  // Names with dots between them, each with what follows it inside brackets.
  const spelled = (parameter: string): string =>
    parameter.replace(/[^[\].]+(?![^[]*\])/g, (name) => spelling(name) ?? name);
  return { parameter: spelled(refused.parameter), message: refused.wording(spelled) };
}

/** A route as it is served. */
import type { Operation } from "./operation.ts";

export interface ServedRoute {
  readonly method: string;
  readonly url: string;
  /** Answered without a key. */
  readonly isPublic: boolean;
  /** Undefined: a file of a page, or what a path says to methods that it does not have. */
  readonly operation: Operation | undefined;
}

/** Resources in the order in which they were first entered: what dynamic references are resolved by. */
import type { Location, Resource } from "./document.ts";

export interface Scope {
  readonly id: string;
  readonly resources: readonly Resource[];
}

export const emptyScope: Scope = { id: "", resources: [] };

export function enter(scope: Scope, { resource }: Location): Scope {
  if (scope.resources.includes(resource)) return scope;
  const resources = [...scope.resources, resource];
  return { id: `${resources.map(({ index }) => index).join(".")} `, resources };
}

/** Where an embedded service has its routes. */
import { refuse } from "@tokenmill/check";

/** @throws TypeError, RangeError */
export function checkPrefix(prefix: unknown): void {
  const isPath = prefix === "" || (typeof prefix === "string" && /^(?:\/[\w.~-]+)+$/.test(prefix));
  if (!isPath) refuse("prefix", 'a path such as "/llm", or ""', prefix, typeof prefix !== "string");
}

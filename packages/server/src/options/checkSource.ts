/** The one option that has no default. */
import { refuse } from "@tokenmill/check";
import type { LogitsSource } from "@tokenmill/core";

/** @throws TypeError */
export function checkSource(source: LogitsSource): LogitsSource {
  return typeof source === "object" && source !== null ? source : refuse("source", "a source of logits", source, true);
}

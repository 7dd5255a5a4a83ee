/** What a route knows of its body: the schema that checks and describes it, and the typed value that it becomes, once. */
import type { JsonSchema } from "./jsonSchema.ts";

export interface BodyKind<T> {
  readonly schema: JsonSchema;
  /** @param raw as the schema describes it. @throws ApiError for fields that contradict each other. */
  decode(raw: unknown): T;
}

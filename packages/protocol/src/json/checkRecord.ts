/** Events and requests are objects; what is in them travels as it is. */
import { refuse } from "@tokenmill/check";

/** @throws TypeError */
export function checkRecord<T>(name: string, value: T): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(name, "an object", value, true);
  return value;
}

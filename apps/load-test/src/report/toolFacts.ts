/** Name and version of this program. */
import { createRequire } from "node:module";

export function toolFacts(): { name: string; version: string; description: string } {
  const { name, version, description } = createRequire(import.meta.url)("../../package.json") as Record<
    "name" | "version" | "description",
    string
  >;
  return { name, version, description };
}

/** Where the built page of `@tokenmill/playground` lies. The page is data for the server: nothing of it is imported. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** @throws Error if the page is not installed or not built. */
export function pageDirectory(): string {
  const page = fileURLToPath(import.meta.resolve("@tokenmill/playground/page"));
  if (!existsSync(page)) throw new Error(`the page expected at ${page} is not built: run npm run build`);
  return dirname(page);
}

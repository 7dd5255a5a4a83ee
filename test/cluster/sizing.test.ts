import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sizingTables } from "./sizing.ts";

it("the tables of docs/cluster.md are what the simulation gives", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/cluster.md"), "utf8");
  expect(page).toContain(sizingTables());
});

import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { toApiError } from "./toApiError.ts";

it.skipIf(!existsSync("/dev/full"))("a full disk is 507 storage_full", async () => {
  const error: unknown = await writeFile("/dev/full", "x").catch((reason: unknown) => reason);
  expect(toApiError(error)).toMatchObject({ status: 507, code: "storage_full", cause: error });
});

it("what nobody knows is 500", () => {
  expect(toApiError(new Error("x"))).toMatchObject({ status: 500, code: "internal_error" });
});

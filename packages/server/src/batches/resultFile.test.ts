import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ResultFile } from "./resultFile.ts";

it.skipIf(!existsSync("/dev/full"))("a full disk leaves what a batch was begun with as it was", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "tokenmill-results-")), "results");
  const first = await ResultFile.open(path, "origin");
  await first.append("one\n");
  await first.close(false);
  symlinkSync("/dev/full", `${path}.state.new`);
  await expect(ResultFile.open(path, "origin")).rejects.toMatchObject({ code: "ENOSPC" });
  expect(readFileSync(`${path}.state`, "utf8")).toBe(`origin\n${process.pid}`);
  rmSync(`${path}.state.new`);
  const second = await ResultFile.open(path, "origin");
  expect(second.done).toBe(1);
  await second.close(true);
  expect(existsSync(`${path}.state`)).toBe(false);
});

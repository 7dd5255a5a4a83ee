import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readRecords, writeRecord } from "./records.ts";

it("a record that is written many times at once is as it was last, and each write is done", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tokenmill-records-"));
  const record = { count: 0 };
  const writes = Array.from({ length: 50 }, (_, i) => {
    record.count = i;
    return writeRecord(folder, "one", record);
  });
  await Promise.all(writes);
  expect(await readRecords(folder)).toEqual([{ count: 49 }]);
  expect(readdirSync(folder)).toEqual(["one.json"]);
});

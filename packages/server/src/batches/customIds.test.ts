/** Lines of a file whose `custom_id` an earlier one has. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BatchItem } from "@tokenmill/core";
import { expect, it } from "vitest";
import { readRequest } from "./batchLine.ts";
import { readRequests } from "./batchLines.ts";

async function requestsOf(lines: readonly string[], from?: number): Promise<BatchItem[]> {
  const path = join(mkdtempSync(join(tmpdir(), "tokenmill-ids-")), "in.jsonl");
  writeFileSync(path, lines.join("\n"));
  const requests: BatchItem[] = [];
  for await (const request of readRequests(path, from)) requests.push(request);
  return requests;
}
const lineOf = (id: unknown): string => JSON.stringify({ custom_id: id, url: "/v1/completions", body: {} });
const refusalOf = (item: BatchItem): unknown => {
  try {
    return readRequest(item, { seed: "1", createdSeconds: 0 }).customId;
  } catch (error) {
    return (error as Error).message;
  }
};

it("are refused by the earlier line, blank lines counted, in a run that goes on too", async () => {
  const lines = [
    lineOf("a"),
    "",
    lineOf("b"),
    '{"custom_id": "\\u0061", "url": "x"}',
    "{",
    "{",
    lineOf(1),
    lineOf(1),
    lineOf("b"),
  ];
  const refusal = (id: string, line: number) =>
    `"custom_id" expected one that no earlier line has (line ${line} has it), got "${id}"`;
  const requests = await requestsOf(lines);
  expect(requests.map(({ line, repeats }) => [line, repeats])).toEqual([
    [1, undefined],
    [3, undefined],
    [4, 1],
    [5, undefined],
    [6, undefined],
    [7, undefined],
    [8, undefined],
    [9, 3],
  ]);
  expect(refusalOf(requests[2]!)).toBe(refusal("a", 1));
  expect(refusalOf(requests[7]!)).toBe(refusal("b", 3));
  expect(await requestsOf(lines, 6)).toEqual(requests.slice(6));
});

it("are found among 20,000", async () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `request-${i}`);
  const requests = await requestsOf([...ids, ...ids].map(lineOf));
  expect(requests.every(({ number, repeats }) => repeats === (number < 20_000 ? undefined : number - 19_999))).toBe(
    true,
  );
});

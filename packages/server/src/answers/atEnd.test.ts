import { expect, it, onTestFinished } from "vitest";
import { completions, seeded, serverWith } from "../testing/requests.ts";
import { answerTo } from "../testing/testServer.ts";

it("an answer of many outputs, sent in pieces, has no heap of listeners", async () => {
  const warnings: string[] = [];
  const onWarning = ({ name, message }: Error): void => void warnings.push(`${name}: ${message}`);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const server = await serverWith();
  const body = { ...seeded, n: 16, max_tokens: 500, logprobs: 5 };
  const { status, body: answer } = await answerTo(server, completions, body);
  expect([status, (answer["choices"] as unknown[]).length]).toEqual([200, 16]);
  expect(warnings).toEqual([]);
});

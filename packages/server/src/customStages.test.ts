/** Stages of the user's own, named by requests. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { answerTo, startServer, type TestServer } from "./testing/testServer.ts";

const code = `export default (logits) => void logits.fill(-Infinity, 3);
export const broken = () => { throw new Error("planted"); };`;
const module = `data:text/javascript,${encodeURIComponent(code)}`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ customStages: { abc: module, broken: module } });
});
afterAll(() => server.close());

const request = { prompt: "ab", max_tokens: 30, ignore_eos: true };

it("a request may name them in its chain", async () => {
  const { body } = await answerTo(server, "/v1/completions", { ...request, chain: ["custom:abc"] });
  expect((body["choices"] as { text: string }[])[0]!.text).toMatch(/^[abc]{30}$/);
});

it("names that the server was not started with are refused, a stage that fails is the request's error", async () => {
  const refused = await answerTo(server, "/v1/completions", { ...request, chain: ["custom:abd"] });
  expect(refused.status).toBe(400);
  expect(refused.body["error"]).toMatchObject({
    message: 'unknown "chain" stage "custom:abd", did you mean "custom:abc"?',
    param: "chain",
  });
  const failed = await answerTo(server, "/v1/completions", { ...request, chain: ["custom:broken"] });
  expect(failed.status).toBe(500);
  expect(failed.body["error"]).toMatchObject({
    code: "stage_failed",
    message: expect.stringContaining('stage "custom:broken" failed: planted') as string,
  });
});

/** A model is a source of the server's as it is: its steps are planned, and it stays its owner's to close. */
import { createToyModel } from "@tokenmill/test-models";
import { expect, it, onTestFinished } from "vitest";
import { createEngine } from "@tokenmill/engine";
import { createTokenServer } from "./createTokenServer.ts";
import { completions } from "./testing/requests.ts";

it("serves a model's tokens, those of an engine over it", async () => {
  const model = createToyModel({ vocabSize: 257 });
  const server = await createTokenServer({ source: model, workers: 1, port: 0 });
  onTestFinished(() => server.close());
  const prompt = [1, 2, 3];
  const body = JSON.stringify({ prompt, max_tokens: 6, ignore_eos: true, seed: 4, return_token_ids: true });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(new URL(completions, server.url), { method: "POST", headers, body });
  expect(answer.status).toBe(200);
  const engine = await createEngine({ source: createToyModel({ vocabSize: 257 }), workers: 0 });
  onTestFinished(() => engine.close());
  const ids: number[] = [];
  for await (const { tokenId } of engine.stream({ prompt, maxTokens: 6, ignoreEos: true, seed: 4 })) ids.push(tokenId);
  const { choices } = (await answer.json()) as { choices: { token_ids: number[] }[] };
  expect(choices[0]!.token_ids).toEqual(ids);
  await server.close();
  expect(model.isClosed).toBe(false);
  await model.close();
});

it("names the option and the field of what is no source", async () => {
  const refused = (source: object): Promise<unknown> =>
    createTokenServer({ source: source as never }).catch((error: Error) => error.message);
  expect(await refused({ kind: "batsch" })).toBe(
    '"source.kind" expected one of "worker", "batch", "model", got "batsch"',
  );
  expect(await refused({ kind: "model", name: "mine" })).toMatch(/^"source.vocabSize" expected integer/);
});

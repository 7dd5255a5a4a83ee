/** Streams of well-behaved clients: what they got, and when. */
import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { createEngine } from "@tokenmill/engine";
import { createEmbeddedModel } from "@tokenmill/sources";

const PROMPT = "Fellow citizens";

export interface Timing {
  /** From the request to the first token, for each stream. */
  readonly firstMs: number[];
  /** Between tokens, of all streams. */
  readonly betweenMs: number[];
  /** Of each stream's token ids; an error's text if it failed. */
  readonly digests: string[];
}

/** Runs the streams together; seed 9 and sequence ids from 0. */
export async function healthyStreams(port: number, streams: number, tokens: number): Promise<Timing> {
  const timing: Timing = { firstMs: [], betweenMs: [], digests: [] };
  const running = Array.from({ length: streams }, (_, i) => oneStream(port, i, tokens, timing));
  timing.digests.push(...(await Promise.all(running.map((stream) => stream.catch(String)))));
  return timing;
}

function oneStream(port: number, i: number, tokens: number, { firstMs, betweenMs }: Timing): Promise<string> {
  const body = { prompt: PROMPT, max_tokens: tokens, stream: true, ignore_eos: true, seed: 9, sequence_id: i };
  const hash = createHash("sha256");
  let lastMs = performance.now();
  let next = 0;
  let rest = "";
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const options = { port, path: "/v1/completions", method: "POST", agent: false, headers };
    const request = httpRequest(options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.setEncoding("latin1").on("error", reject);
      response.on("data", (chunk: string) => {
        const nowMs = performance.now();
        const blocks = (rest + chunk).split("\n\n");
        rest = blocks.pop()!;
        for (const block of blocks) {
          const [, index, tokenId] = /^id: \d+:(\d+)\n.*"token_ids":\[(\d+)\]/.exec(block) ?? [];
          if (index === undefined) continue;
          if (Number(index) !== next) reject(new Error(`event ${index} instead of ${next}`));
          (next++ === 0 ? firstMs : betweenMs).push(nowMs - lastMs);
          lastMs = nowMs;
          hash.update(`${tokenId},`);
        }
      });
      response.on("end", () => resolve(hash.digest("hex")));
    });
    request.on("error", reject).end(JSON.stringify({ ...body, return_token_ids: true }));
  });
}

/** The same digests from the engine alone. */
export async function offlineDigests(streams: number, tokens: number): Promise<string[]> {
  const engine = await createEngine({ source: await createEmbeddedModel() });
  const digests = await Promise.all(
    Array.from({ length: streams }, async (_, sequenceId) => {
      const hash = createHash("sha256");
      const request = { prompt: PROMPT, maxTokens: tokens, ignoreEos: true, seed: 9, sequenceId };
      for await (const { tokenId } of engine.stream(request)) hash.update(`${tokenId},`);
      return hash.digest("hex");
    }),
  );
  await engine.close();
  return digests;
}

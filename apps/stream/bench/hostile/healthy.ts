/** Streams of well-behaved clients: what they got, and when. */
import { type ClientRequest, request as httpRequest } from "node:http";
import { createEngine } from "@tokenmill/engine";
import { createEmbeddedModel } from "@tokenmill/embedded-model";

const PROMPT = "Fellow citizens";
const SEED = 9;

/** One stream of seed 9; its rows and draws are those of its sequence id, whatever else the server does. */
export class HealthyStream {
  readonly sequenceId: number;
  readonly tokenIds: number[] = [];
  /** From the request to the first token. */
  firstMs: number | undefined;
  /** Between tokens, since the last `forget`. */
  betweenMs: number[] = [];
  /** What went wrong; undefined if nothing did. */
  failure: string | undefined;
  /** Resolves with the first token, or a failure. */
  readonly started: Promise<void>;
  /** Resolves at the end, whatever it is. */
  readonly ended: Promise<void>;
  readonly #request: ClientRequest;
  #isLeft = false;
  #lastMs: number = performance.now();
  /** It has had its last token. */
  hasEnded = false;

  /** @param prompt absent: the one that `offlineTokens` knows */
  constructor(port: number, sequenceId: number, tokens: number, prompt: string | readonly number[] = PROMPT) {
    this.sequenceId = sequenceId;
    const body = { prompt, max_tokens: tokens, ignore_eos: true, seed: SEED, sequence_id: sequenceId };
    let onStart: () => void;
    this.started = new Promise((resolve) => (onStart = resolve));
    const headers = { "content-type": "application/json" };
    // By number: a name is looked up, and tried as IPv6 first.
    const options = { host: "127.0.0.1", port, path: "/v1/completions", method: "POST", agent: false, headers };
    let rest = "";
    this.#request = httpRequest(options);
    this.ended = new Promise((resolve) => {
      const fail = (error: Error): void => {
        if (!this.#isLeft) this.failure ??= error.message;
        onStart();
        resolve();
      };
      this.#request.on("error", fail).on("response", (response) => {
        const waitedMs = performance.now() - this.#lastMs;
        if (response.statusCode !== 200) fail(new Error(`${response.statusCode} after ${waitedMs.toFixed(0)} ms`));
        response
          .setEncoding("latin1")
          .on("error", fail)
          .on("end", () => {
            if (this.tokenIds.length === 0) fail(new Error("no token"));
            this.hasEnded = true;
            resolve();
          });
        response.on("data", (chunk: string) => {
          const nowMs = performance.now();
          const blocks = (rest + chunk).split("\n\n");
          rest = blocks.pop()!;
          for (const block of blocks) {
            const [, index, tokenId] = /^id: \d+:(\d+)[^\n]*\n.*"token_ids":\[(\d+)\]/.exec(block) ?? [];
            if (index === undefined) continue;
            if (Number(index) !== this.tokenIds.length) fail(new Error(`event ${index} instead of another`));
            if (this.tokenIds.push(Number(tokenId)) > 1) this.betweenMs.push(nowMs - this.#lastMs);
            else {
              this.firstMs = nowMs - this.#lastMs;
              onStart();
            }
            this.#lastMs = nowMs;
          }
        });
      });
    });
    this.#request.end(JSON.stringify({ ...body, stream: true, return_token_ids: true }));
  }

  /** Gaps are counted from now on. */
  forget(): void {
    this.betweenMs = [];
    this.#lastMs = performance.now();
  }

  /** The gap that is not at its end, of a stream that stands still say; 0 for one that has ended. */
  get openGapMs(): number {
    return this.hasEnded ? 0 : performance.now() - this.#lastMs;
  }

  leave(): void {
    this.#isLeft = true;
    this.#request.destroy();
  }
}

/** The tokens of the engine alone, at least as many for each sequence as asked for. */
export async function offlineTokens(lengths: ReadonlyMap<number, number>): Promise<Map<number, number[]>> {
  const engine = await createEngine({ source: await createEmbeddedModel() });
  const all = new Map<number, number[]>();
  await Promise.all(
    [...lengths].map(async ([sequenceId, maxTokens]) => {
      const tokenIds: number[] = [];
      all.set(sequenceId, tokenIds);
      const request = { prompt: PROMPT, maxTokens, ignoreEos: true, seed: SEED, sequenceId };
      for await (const { tokenId } of engine.stream(request)) tokenIds.push(tokenId);
    }),
  );
  await engine.close();
  return all;
}

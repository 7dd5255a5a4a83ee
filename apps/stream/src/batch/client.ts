/** Posts requests to the batch's own server, again later where its queues are full. */
import { randomBytes } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const firstPauseMs = 50;
const longestPauseMs = 2000;

export class BatchClient {
  /** Only this process may use the server. */
  readonly key: string = randomBytes(24).toString("hex");
  readonly #agent: Agent;
  url = "";

  constructor(connections: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** @throws what the signal says, or the connection's error */
  async post(path: string, body: string, signal: AbortSignal): Promise<Answer> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const answer = await this.#postOnce(path, body, signal);
      if (answer.status !== 429 && answer.status !== 503) return answer;
      await sleep(pauseMs, undefined, { signal });
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #postOnce(path: string, body: string, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${this.key}` };
      const request = httpRequest(
        this.url + path,
        { method: "POST", headers, agent: this.#agent, signal },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            resolve({ status: response.statusCode!, body: JSON.parse(text) as Record<string, unknown> });
          });
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  }
}

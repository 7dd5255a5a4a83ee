/** What tests of the HTTP interface send, and servers that end with their test. */
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { startServer, type TestOptions, type TestServer } from "./testServer.ts";

export async function serverWith(options: TestOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  onTestFinished(() => server.close());
  return server;
}

export const completions = "/v1/completions";
export const chats = "/v1/chat/completions";
export const seeded = { prompt: "ab", max_tokens: 12, seed: 5, ignore_eos: true };
/** A completion's body as that of a chat. */
export const chatOf = <Body extends object>(body: Body): Body & { messages: readonly object[] } => ({
  ...body,
  prompt: undefined,
  messages: [{ role: "user", content: "ab" }],
});
/** The text of an answer's first choice, a completion's or a chat's. */
export function textIn(answer: Record<string, unknown>): string {
  const [choice] = answer["choices"] as { text?: string; message?: { content: string } }[];
  return choice!.text ?? choice!.message!.content;
}
export const errorOf = (body: Record<string, unknown>): Record<string, unknown> =>
  body["error"] as Record<string, unknown>;

/** The status of an answer to raw bytes. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
}

/** Bytes in, everything that comes back out. */
export function raw(server: TestServer, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(chunks).toString()));
    socket.on("error", reject);
  });
}

/** An OpenAI-shaped server that answers every request at once, with all its tokens in one write. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const tokens = Number(process.argv[2]);
const piece = `data: ${JSON.stringify({ id: "cmpl-0", object: "text_completion", model: "instant", choices: [{ index: 0, text: " the", finish_reason: null }] })}\n\n`;
const last = `data: ${JSON.stringify({ id: "cmpl-0", object: "text_completion", model: "instant", choices: [{ index: 0, text: "", finish_reason: "length" }] })}\n\n`;
const answer = Buffer.from(`${piece.repeat(tokens)}${last}data: [DONE]\n\n`);
const headers = { "content-type": "text/event-stream", "content-length": String(answer.length) };

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => response.writeHead(200, headers).end(answer));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => undefined);

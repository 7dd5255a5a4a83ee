/**
 * What looks at a cluster from outside, at a NATS without JetStream: it says hello, refuses what is asked of streams, and lets
 * nobody hear what agents are told.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, it } from "vitest";
import { gatherAgents, joinAsAgent } from "./agents/agents.ts";
import { connectBatches } from "./batch/connectBatches.ts";
import type { ConnectionOptions } from "./connection/connectionOptions.ts";
import { viewCluster } from "./view.ts";

const info = `INFO ${JSON.stringify({ server_id: "A", version: "2.10.0", headers: true, max_payload: 2 ** 20 })}\r\n`;
const refusal = JSON.stringify({
  type: "io.nats.jetstream.api.v1.account_info_response",
  error: { code: 503, err_code: 10039, description: "JetStream not enabled for account" },
});

function serve(socket: Socket): void {
  let inbox = "";
  socket.write(info);
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    for (const line of data.toString().split("\r\n")) {
      const [verb, subject, reply] = line.split(" ");
      if (verb === "PING") socket.write("PONG\r\n");
      if (verb === "SUB") inbox = line.split(" ").at(-1)!;
      if (verb === "SUB" && subject?.startsWith("tokenmill."))
        socket.write(`-ERR 'Permissions Violation for Subscription to "${subject}"'\r\n`);
      if ((verb === "PUB" || verb === "HPUB") && subject?.startsWith("$JS.")) {
        socket.write(`MSG ${reply} ${inbox} ${refusal.length}\r\n${refusal}\r\n`);
      }
    }
  });
}

const work = { onMessage() {}, onEnd() {} };

it.each([
  ["viewCluster", "cluster_unavailable", viewCluster],
  ["connectBatches", "cluster_unavailable", connectBatches],
  ["joinAsAgent", "cluster_unauthorized", (options: ConnectionOptions) => joinAsAgent(options, "load", work)],
  ["gatherAgents", "cluster_unauthorized", (options: ConnectionOptions) => gatherAgents(options, "load")],
])("%s rejects with %s and leaves no connection behind", async (_name, code, connect) => {
  const server = createServer(serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets: Promise<unknown>[] = [];
  server.on("connection", (socket) => void sockets.push(once(socket, "close")));
  const { port } = server.address() as AddressInfo;
  await expect(connect({ servers: [`127.0.0.1:${port}`] })).rejects.toMatchObject({ code });
  await Promise.all(sockets);
  server.close();
});

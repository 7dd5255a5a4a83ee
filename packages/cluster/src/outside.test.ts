/** What looks at a cluster from outside, at a NATS without JetStream: it says hello, and refuses what is asked of streams. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, it } from "vitest";
import { connectBatches } from "./batch/connectBatches.ts";
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
      if ((verb === "PUB" || verb === "HPUB") && subject?.startsWith("$JS.")) {
        socket.write(`MSG ${reply} ${inbox} ${refusal.length}\r\n${refusal}\r\n`);
      }
    }
  });
}

it.each([
  ["viewCluster", viewCluster],
  ["connectBatches", connectBatches],
])("%s rejects with cluster_unavailable and leaves no connection behind", async (_name, connect) => {
  const server = createServer(serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets: Promise<unknown>[] = [];
  server.on("connection", (socket) => void sockets.push(once(socket, "close")));
  const { port } = server.address() as AddressInfo;
  await expect(connect({ servers: [`127.0.0.1:${port}`] })).rejects.toMatchObject({ code: "cluster_unavailable" });
  await Promise.all(sockets);
  server.close();
});

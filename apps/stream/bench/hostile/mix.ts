/**
 * Clients that mean no good, as a process of their own: `mix.ts <port> <kinds>`. They come when a line is read, and at
 * the end what they were answered is printed as JSON.
 */
import { attacks } from "./attacks.ts";
import { CLIENTS, clients } from "./clients.ts";
import { run, sockets, statuses } from "./wire.ts";

const kinds = process.argv[3]!.split(",");

process.stdin.once("data", () => {
  for (const kind of kinds) {
    const attack = attacks[kind];
    if (attack) attack();
    else for (let i = 0; i < CLIENTS; i++) void clients[kind]!(i).catch(() => undefined);
  }
});
process.stdout.write("ready\n");
// Stays until it is told to end, whatever has become of the connections.
const staying = setInterval(() => undefined, 60_000);
process.once("SIGTERM", () => {
  run.isOver = true;
  clearInterval(staying);
  for (const socket of sockets) socket.destroy();
  process.stdout.write(JSON.stringify(statuses), () => process.exit());
});

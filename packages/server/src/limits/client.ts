/** The client of a request: the peer and connection whose shares it counts against. */
import type { Socket } from "node:net";

export interface Client {
  /** The API key's digest where keys are needed, else the address of the peer. */
  readonly peer: string;
  /** The connection; of one peer there may be many. */
  readonly connection: object;
}

/** @param owner digest of the API key, "" where none is needed */
export function clientOf(owner: string, socket: Socket): Client {
  return { peer: owner === "" ? peerOf(socket.remoteAddress ?? "") : owner, connection: socket };
}

/** IPv4 as it is; of IPv6 the first 64 bits, of which one customer has all. */
export function peerOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("%")[0]!.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  if (tail !== undefined) while (groups.length + rest.length < 8) groups.push("0");
  return `${[...groups, ...rest]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

/** The client of a request: the peer and connection whose shares it counts against. */
export interface Client {
  /** The API key's digest where keys are needed, else the address of the peer. */
  readonly peer: string;
  /** The connection; of one peer there may be many. */
  readonly connection: object;
}

/** What of a request says whose it is; no type of Fastify's, whose own part only the routes know. */
interface Asked {
  /** Digest of the API key, "" where none is needed. */
  readonly tokenmill: { readonly owner: string };
  /** Behind a proxy that the app trusts, the address that the proxy names; undefined: the peer has left. */
  readonly ip: string | undefined;
  readonly raw: { readonly socket: object };
}

export function clientOf({ tokenmill: { owner }, ip, raw }: Asked): Client {
  return { peer: owner === "" ? peerOf(ip ?? "") : owner, connection: raw.socket };
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

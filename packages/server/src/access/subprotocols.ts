/** The subprotocols that a WebSocket's client offers. Browsers cannot set headers: their key travels among them. */

/** And the key in base64url. */
const keyPrefix = "tokenmill.bearer.";

export function offeredProtocols(header: string | undefined): string[] {
  return (header ?? "").split(",").map((name) => name.trim());
}

/** As an Authorization header; undefined: there is none. */
export function keyAmong(header: string | undefined): string | undefined {
  const encoded = offeredProtocols(header)
    .find((name) => name.startsWith(keyPrefix))
    ?.slice(keyPrefix.length);
  return encoded === undefined ? undefined : `Bearer ${Buffer.from(encoded, "base64url").toString("utf8")}`;
}

/** What NATS is shown: certificates for TLS, and credentials, read from their files. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { refuse, refuseBecause } from "@tokenmill/check";
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  type TlsOptions,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import type { Addresses, ConnectionOptions } from "./connectionOptions.ts";

/** Undefined: none. @throws RangeError for a file that is none of credentials */
export async function authenticatorOf(
  { credentials }: ConnectionOptions,
  { user }: Addresses,
): Promise<Authenticator | undefined> {
  if (user) {
    const { name, password } = user;
    return password === undefined ? tokenAuthenticator(name) : usernamePasswordAuthenticator(name, password);
  }
  if (credentials === undefined) return undefined;
  const bytes = await read("credentials", credentials);
  const text = bytes.toString();
  if (/-+BEGIN NATS USER JWT-+/.test(text) && /^SU[A-Z2-7]{56}$/m.test(text)) {
    // Read again at each connection: credentials are renewed while the process runs.
    return credsAuthenticator(() => readFileSync(credentials));
  }
  const [seed] = /^SU[A-Z2-7]{56}$/m.exec(text) ?? [];
  if (seed !== undefined) return nkeyAuthenticator(new TextEncoder().encode(seed));
  return refuse("credentials", "a NATS credentials file, or the seed of a user's nkey", credentials, false);
}

/** Undefined: TLS only where the server asks for it, with the system's authorities. @throws RangeError */
export async function tlsOf(
  { ca, certificate, key }: ConnectionOptions,
  { hosts, isTls }: Addresses,
): Promise<TlsOptions | undefined> {
  if (!isTls && ca === undefined && certificate === undefined) return undefined;
  return {
    ...identityByAddress(hosts),
    ...(ca !== undefined && { ca: await pem("ca", ca) }),
    ...(certificate !== undefined && { cert: await pem("certificate", certificate) }),
    ...(key !== undefined && { key: await pem("key", key) }),
  };
}

/** For servers that are named by address the client says no name, and Node would look for one: their addresses are looked for. */
function identityByAddress(hosts: readonly string[]): object {
  const addresses = hosts
    .map((host) => host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"))
    .filter((host) => isIP(host) > 0);
  const check: typeof checkServerIdentity = (name, certificate) =>
    name === "localhost" && addresses.some((address) => checkServerIdentity(address, certificate) === undefined)
      ? undefined
      : checkServerIdentity(name, certificate);
  return addresses.length === 0 ? {} : { checkServerIdentity: check };
}

async function pem(name: string, path: string): Promise<string> {
  const text = (await read(name, path)).toString();
  if (!text.includes("-----BEGIN ")) refuse(name, "a file in PEM", path, false);
  return text;
}

async function read(name: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuseBecause(name, `expected a file that can be read, got ${JSON.stringify(path)} (${code})`, false);
  }
}

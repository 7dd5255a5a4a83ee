/** Where NATS is and who asks: checked, with user and password taken out of the addresses. */
import { checkString, refuse, refuseBecause } from "@tokenmill/check";

export interface ConnectionOptions {
  /**
   * Addresses of NATS servers, as `nats://host:4222` or, with TLS, `tls://host:4222`; at least one, and all of one kind. User and
   * password, or a token, may stand before the host, as `nats://user:password@host`: the same at each.
   */
  servers: readonly string[];
  /** Name of the cluster: letters, digits, `-` and `_`; clusters of other names on the same NATS know nothing of each other. Absent: `default`. */
  name?: string;
  /** NATS credentials file (`.creds`), or a file with the seed of an nkey, by path. Absent: none. */
  credentials?: string;
  /** Certificates of the authorities that NATS servers are signed by, in PEM, by path; with it TLS is used. Absent: the system's. */
  ca?: string;
  /** This process's certificate, in PEM, by path, for servers that ask for one; with it TLS is used. Absent: none. */
  certificate?: string;
  /** The certificate's private key, in PEM, by path. Absent: there is no certificate. */
  key?: string;
}

export const connectionOptionNames: readonly (keyof ConnectionOptions)[] = [
  "servers",
  "name",
  "credentials",
  "ca",
  "certificate",
  "key",
];

/** What addresses say. */
export interface Addresses {
  /** `host:port`, without user and password: to connect to, and to be printed. */
  readonly hosts: readonly string[];
  readonly isTls: boolean;
  /** A token has no password. */
  readonly user: { readonly name: string; readonly password?: string } | undefined;
}

/** @returns the cluster's name. @throws TypeError, RangeError */
export function checkConnection(options: ConnectionOptions): string {
  parseAddresses(options);
  const { name = "default", certificate, key } = options;
  if (typeof name !== "string" || !/^[\w-]{1,64}$/.test(name)) {
    refuse("name", "1 to 64 letters, digits, - and _", name, typeof name !== "string");
  }
  for (const path of ["credentials", "ca", "certificate", "key"] as const) {
    if (options[path] !== undefined) checkString(path, options[path]);
  }
  if ((certificate === undefined) !== (key === undefined)) {
    const [given, missing] =
      certificate === undefined ? (["key", "certificate"] as const) : (["certificate", "key"] as const);
    refuseBecause(given, `expected "${missing}" as well`, false, [missing]);
  }
  return name;
}

/** @throws TypeError, RangeError */
export function parseAddresses({ servers, credentials }: ConnectionOptions): Addresses {
  if (!Array.isArray(servers) || servers.length === 0) refuse("servers", "at least one address", servers, true);
  const parsed = (servers as readonly unknown[]).map((server, i) => parseAddress(server, `servers[${i}]`));
  const [{ isTls, user }] = parsed as [ReturnType<typeof parseAddress>];
  if (parsed.some((each) => each.isTls !== isTls)) {
    refuseBecause("servers", "expected all addresses with tls://, or none", false);
  }
  if (parsed.some((each) => each.user?.name !== user?.name || each.user?.password !== user?.password)) {
    refuseBecause("servers", "expected the same user and password in each address", false);
  }
  if (user && credentials !== undefined) {
    refuseBecause("credentials", 'expected "servers" without a user: there is one way to sign in', false, ["servers"]);
  }
  return { hosts: parsed.map(({ host }) => host), isTls, user };
}

interface Address extends Pick<Addresses, "isTls" | "user"> {
  readonly host: string;
}

function parseAddress(server: unknown, place: string): Address {
  const expected = "an address such as nats://host:4222";
  // What stands before the host is not shown.
  const [, scheme = "nats", , userinfo, host = ""] =
    /^(?:(nats|tls):\/\/)?((.*)@)?([^@/?#\s]+)\/?$/.exec(typeof server === "string" ? server.trim() : "") ?? [];
  const authority = /^(?:\[[\da-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(host);
  if (!authority || Number(authority[1] ?? 1) > 65_535) {
    const shown = typeof server === "string" ? server.replace(/^(.*\/\/)?.*@/, "$1…@") : server;
    return refuse(place, expected, shown, typeof server !== "string");
  }
  return { host, isTls: scheme === "tls", user: userOf(userinfo, place) };
}

function userOf(userinfo: string | undefined, place: string): Addresses["user"] {
  if (userinfo === undefined || userinfo === "") return undefined;
  const colon = userinfo.indexOf(":");
  try {
    if (colon < 0) return { name: decodeURIComponent(userinfo) };
    return {
      name: decodeURIComponent(userinfo.slice(0, colon)),
      password: decodeURIComponent(userinfo.slice(colon + 1)),
    };
  } catch {
    return refuseBecause(place, "expected user and password with % as %25", false);
  }
}

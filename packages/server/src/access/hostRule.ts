/**
 * Which names the server answers to. A page that lets its own name point at 127.0.0.1 (DNS rebinding) is, for the browser,
 * of the server's own origin; only the name in the request tells. So a server on a loopback address answers loopback names
 * and those that it was told, and so does any server that was told names.
 */
import { isIP } from "node:net";
import type { IncomingMessage } from "node:http";
import { refuse } from "@tokenmill/check";
import { ApiError } from "../errors/apiError.ts";

/** RFC 3986 §3.2, without user information: a name or address, and a port. */
const authority = /^(?:\[[0-9a-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(?::\d*)?$/i;

/** `http://name:port` in front of a path, as requests to proxies have it (RFC 9112 §3.2.2). */
const absoluteForm = /^https?:\/\/([^/?#]*)([^]*)$/i;

export class HostRule {
  /** Undefined: every name. */
  readonly #names: ReadonlySet<string> | undefined;

  /**
   * @param listensOn the address; undefined: that is the business of the app around
   * @param allowedNames besides those of loopback
   * @throws TypeError for what is no name.
   */
  constructor(listensOn: string | undefined, allowedNames: readonly string[]) {
    const names = allowedNames.map(allowedName);
    this.#names =
      (listensOn !== undefined && isLoopback(listensOn)) || names.length > 0
        ? new Set(["localhost", ...names])
        : undefined;
  }

  /**
   * @param target of the request line, before it was made a path
   * @throws ApiError 400 unless the request names one host, 421 if the server does not answer to it.
   */
  check(request: IncomingMessage, target: string): void {
    const name = hostNameOf(request, target);
    if (name === undefined || !this.#names || this.#names.has(name)) return;
    // The address that the connection came to is no name that could be made to point here.
    if (isLoopback(name) || name === request.socket.localAddress) return;
    const message = `this server does not answer to ${JSON.stringify(name)}: allow the name with --allow-host`;
    throw new ApiError(421, message, { code: "host_not_allowed" });
  }
}

/** The target as a path, whichever form the request line has. */
export function pathOf(target: string): string {
  const rest = absoluteForm.exec(target)?.[2];
  if (rest === undefined) return target;
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** An address of this machine alone, or its name. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** In lower case, addresses in their shortest form, without port and brackets; undefined: HTTP/1.0, which need not name one. */
function hostNameOf({ rawHeaders, httpVersion }: IncomingMessage, target: string): string | undefined {
  const named = (header: string): string[] =>
    rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === header);
  // HTTP/2 says it there, and may say it again in Host.
  const [inPseudoHeader] = named(":authority");
  if (inPseudoHeader !== undefined) return nameIn(inPseudoHeader);
  const given = named("host");
  if (given.length > 1) throw badHost(`expected one header, got ${given.length}`);
  const inTarget = absoluteForm.exec(target)?.[1];
  const [inHeader] = given;
  if (inHeader === undefined) {
    if (httpVersion !== "1.0") throw badHost("is missing");
    return inTarget === undefined ? undefined : nameIn(inTarget);
  }
  const name = nameIn(inHeader);
  return inTarget === undefined ? name : nameIn(inTarget);
}

/** @throws ApiError 400 */
function nameIn(host: string): string {
  if (!authority.test(host) || !URL.canParse(`http://${host}`))
    throw badHost(`expected name:port, got ${JSON.stringify(host)}`);
  return plainName(new URL(`http://${host}`).hostname);
}

/** @throws TypeError */
function allowedName(name: string): string {
  if (authority.test(name) && !/[^\]]:\d*$/.test(name.replace(/^\[.*\]/, "")) && URL.canParse(`http://${name}`)) {
    return plainName(new URL(`http://${name}`).hostname);
  }
  return refuse("allowedHosts", "name without a port", name, true);
}

function plainName(hostname: string): string {
  return hostname.replace(/^\[|\]$|\.$/g, "");
}

function badHost(what: string): ApiError {
  return new ApiError(400, `"Host" ${what}`, { param: "Host", code: "invalid_host" });
}

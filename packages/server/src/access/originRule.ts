/** Pages of which origins may call the server. Browsers say who asks; it is the server that has to care. */
import { refuse } from "@tokenmill/check";
import { ApiError } from "../errors/apiError.ts";

export class OriginRule {
  readonly #allowed: ReadonlySet<string>;

  /** @param allowed origins, `null` or `*`; @throws TypeError for anything else. */
  constructor(allowed: readonly string[]) {
    for (const origin of allowed) {
      if (origin === "*" || origin === "null" || (URL.canParse(origin) && originOf(origin) === origin)) continue;
      refuse("allowedOrigins", "scheme://host, scheme://host:port, null or *", origin, true);
    }
    this.#allowed = new Set(allowed);
  }

  get allowsAny(): boolean {
    return this.#allowed.size > 0;
  }

  /** Whether the origin is one that was allowed by name. */
  allows(origin: string): boolean {
    return this.#allowed.has("*") || this.#allowed.has(origin);
  }

  /** For WebSockets, which browsers open to any server: those pages and the server's own. @throws ApiError 403 */
  check(origin: string | undefined, host: string | undefined): void {
    if (origin === undefined || this.allows(origin)) return;
    if (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()) return;
    throw new ApiError(403, `pages of ${origin} may not connect: allow the origin`, { code: "forbidden_origin" });
  }
}

/** Of schemes that are not the web's, such as `chrome-extension`, `URL` gives no origin. */
function originOf(text: string): string {
  const { origin, protocol, host } = new URL(text);
  return origin === "null" ? `${protocol}//${host}` : origin;
}

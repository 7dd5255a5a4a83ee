/** API keys, compared in constant time; kept as digests, so that lengths say nothing either. */
import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "../errors/apiError.ts";

const badKey = '"apiKeys" expected keys without space around them, got one that is empty or has some';

export class ApiKeys {
  readonly #digests: readonly Buffer[];

  /** @throws TypeError for a key that no header could carry. */
  constructor(keys: readonly string[]) {
    for (const key of keys) if (key.trim() === "" || key !== key.trim()) throw new TypeError(badKey);
    this.#digests = keys.map(digestOf);
  }

  get isRequired(): boolean {
    return this.#digests.length > 0;
  }

  /**
   * The digest of the key in an `Authorization: Bearer` header, "" where none is needed.
   * @throws ApiError 401
   */
  check(authorization: string | undefined): string {
    if (!this.isRequired) return "";
    const key = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1];
    if (key === undefined) {
      throw new ApiError(401, "an API key is needed: send Authorization: Bearer <key>", { code: "missing_api_key" });
    }
    const digest = digestOf(key);
    // Every key is looked at: the time does not tell which one was near.
    const matches = this.#digests.filter((known) => timingSafeEqual(known, digest)).length;
    if (matches === 0) throw new ApiError(401, "the API key is not known here", { code: "invalid_api_key" });
    return digest.toString("base64url");
  }
}

function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/**
 * Something that there is only so much of, such as open sequences or bytes of bodies: a total, a share of it that one peer
 * may have, and one that one connection may have, so that none can take what others need.
 */
import { ApiError } from "../errors/apiError.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Client } from "./client.ts";

export interface SharesOptions {
  /** What it is, with its unit, in the plural. */
  readonly what: string;
  readonly total: number;
  /** Of the total, in percent; rounded up. */
  readonly peerPercent: number;
  readonly connectionPercent: number;
  /** Of the 429 when the total is in use. */
  readonly fullCode: "queue_full" | "memory_full";
  readonly metrics: Pick<Metrics, "rejected">;
}

/** What one client has of it. */
export interface Claim {
  readonly size: number;
  /**
   * @throws ApiError 429 if there is no more of it, 400 if one connection never gets so much; RangeError for what is no size,
   * after which nothing would be counted any more. It stays as it was then.
   */
  resize(size: number): void;
  /** Releases all of it, for good: later resizes are not counted. Safe to call twice. */
  release(): void;
}

export class Shares {
  readonly #options: SharesOptions;
  readonly #peerLimit: number;
  readonly #connectionLimit: number;
  readonly #byPeer: Map<string, number> = new Map();
  readonly #byConnection: Map<object, number> = new Map();
  #used = 0;

  constructor(options: SharesOptions) {
    this.#options = options;
    this.#peerLimit = Math.ceil((options.total * options.peerPercent) / 100);
    this.#connectionLimit = Math.min(this.#peerLimit, Math.ceil((options.total * options.connectionPercent) / 100));
  }

  get total(): number {
    return this.#options.total;
  }

  /** In use, by everybody together. */
  get used(): number {
    return this.#used;
  }

  /** The most that one connection can have. */
  get connectionLimit(): number {
    return this.#connectionLimit;
  }

  /** @throws as `Claim.resize` */
  claim(client: Client, size: number): Claim {
    let current = 0;
    let isReleased = false;
    const resize = (next: number): void => {
      if (isReleased) return;
      if (!(next >= 0 && next < Number.POSITIVE_INFINITY))
        throw new RangeError(`${this.#options.what}: ${next} is no size`);
      if (next > current) this.#check(client, next - current, next);
      this.#add(client, next - current);
      current = next;
    };
    const claim: Claim = {
      get size() {
        return current;
      },
      resize,
      release: () => {
        resize(0);
        isReleased = true;
      },
    };
    claim.resize(size);
    return claim;
  }

  /** @throws ApiError 429 or 400 unless the client could have that much more now. */
  check(client: Client, more: number): void {
    this.#check(client, more, more);
  }

  #check({ peer, connection }: Client, more: number, atOnce: number): void {
    const { what, total, fullCode } = this.#options;
    if (atOnce > this.#connectionLimit) {
      const message = `${what} expected at most ${this.#connectionLimit} for one connection, ${atOnce} were asked for`;
      throw new ApiError(400, message, { code: "request_too_large" });
    }
    if (this.#used + more > total) this.#refuse(fullCode, `the server has ${this.#used} of ${total} ${what} in use`);
    const ofConnection = this.#byConnection.get(connection) ?? 0;
    if (ofConnection + more > this.#connectionLimit) {
      this.#refuse(
        "rate_limit_exceeded",
        `this connection has ${ofConnection} of its ${this.#connectionLimit} ${what}`,
      );
    }
    const ofPeer = this.#byPeer.get(peer) ?? 0;
    if (ofPeer + more > this.#peerLimit) {
      const whose = "this client (API key, or address where there are no keys)";
      this.#refuse("rate_limit_exceeded", `${whose} has ${ofPeer} of its ${this.#peerLimit} ${what}`);
    }
  }

  #refuse(code: string, message: string): never {
    this.#options.metrics.rejected();
    throw new ApiError(429, `${message}: try again later`, { code, retryAfterSeconds: 1 });
  }

  #add({ peer, connection }: Client, change: number): void {
    if (change === 0) return;
    this.#used += change;
    addTo(this.#byPeer, peer, change);
    addTo(this.#byConnection, connection, change);
  }
}

function addTo<K>(counts: Map<K, number>, key: K, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

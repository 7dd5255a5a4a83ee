/** Everything that one client could fill up: how much of it there is, and which share of it is a client's. */
import type { ServeLimits } from "../options/limits.ts";
import { Shares, type SharesOptions } from "./shares.ts";

/** Requests that wait for their grammar to be compiled, or for a row of `/v1/logits`. */
const mostWaiting = 1024;
/** Blocks of shared memory are up to a quarter larger than what they hold. */
const tokenBytes = 4 * 1.25;

export class Quotas {
  /** Sequences that are open, queued and paused ones included. */
  readonly sequences: Shares;
  /** Prompt and largest output of open sequences. */
  readonly tokens: Shares;
  /** Sequences that `/v1/sample` keeps. */
  readonly sampleSequences: Shares;
  /** Events of answers that are given whole, scores of prompts. */
  readonly heldBytes: Shares;
  /** Bodies and messages, from their arrival to the end of what they asked for. */
  readonly bodyBytes: Shares;
  /** What clients have not read. */
  readonly unreadBytes: Shares;
  readonly waiting: Shares;
  readonly #limits: ServeLimits;
  readonly #metrics: SharesOptions["metrics"];

  constructor(limits: ServeLimits, metrics: SharesOptions["metrics"]) {
    this.#limits = limits;
    this.#metrics = metrics;
    this.sequences = this.#shares("open sequences", limits.maxOpenSequences, "queue_full");
    this.tokens = this.arenaTokens("tokens of prompts and outputs");
    this.sampleSequences = this.#shares("sequences of /v1/sample", limits.maxSampleSequences, "queue_full");
    this.heldBytes = this.#shares("bytes of answers that are not streamed", limits.maxHeldBytes, "memory_full");
    this.bodyBytes = this.#shares("bytes of request bodies", limits.maxBodyBytes, "memory_full");
    this.unreadBytes = this.#shares("bytes of answers that are not read", limits.maxUnreadBytes, "memory_full");
    this.waiting = this.#shares("requests that wait", mostWaiting, "queue_full");
  }

  /** What is in use of each, and how much there is. */
  report(): { readonly name: string; readonly used: number; readonly total: number }[] {
    const shares: Readonly<Record<string, Shares>> = {
      sequences: this.sequences,
      tokens: this.tokens,
      sample_sequences: this.sampleSequences,
      held_bytes: this.heldBytes,
      body_bytes: this.bodyBytes,
      unread_bytes: this.unreadBytes,
      waiting: this.waiting,
    };
    return Object.entries(shares).map(([name, { used, total }]) => ({ name, used, total }));
  }

  /** Of one pool's shared memory. */
  arenaTokens(what: string): Shares {
    return this.#shares(what, Math.floor(this.#limits.arenaBytes / tokenBytes), "memory_full");
  }

  #shares(what: string, total: number, fullCode: SharesOptions["fullCode"]): Shares {
    const { peerSharePercent: peerPercent, connectionSharePercent: connectionPercent } = this.#limits;
    return new Shares({ what, total, peerPercent, connectionPercent, fullCode, metrics: this.#metrics });
  }
}

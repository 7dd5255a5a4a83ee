/**
 * What the cluster has in NATS, made again where NATS has lost it: a server that begins with an empty store has neither the
 * streams nor what was in them, and answers that there are none.
 */
import { refusalOf } from "@tokenmill/check";
import { ClusterError } from "../errors.ts";

export interface UpkeepOptions {
  /** Makes what is not there. @throws ClusterError; RangeError for settings that the cluster has not */
  readonly prepare: () => Promise<unknown>;
  readonly onLog: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export class Upkeep {
  readonly #options: UpkeepOptions;
  #preparing: Promise<void> | undefined;
  /** Why this process is none of the cluster's any more: another model or version has begun one under the name. */
  fault: Error | undefined;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** To be called when NATS is back, and where something is not there. */
  prepare(): Promise<void> {
    return (this.#preparing ??= this.#prepare().finally(() => (this.#preparing = undefined)));
  }

  async #prepare(): Promise<void> {
    const before = this.fault;
    try {
      await this.#options.prepare();
      this.fault = undefined;
    } catch (error) {
      const isForeign =
        refusalOf(error) !== undefined || (error instanceof ClusterError && error.code === "cluster_mismatch");
      if (isForeign) this.fault = error as Error;
      if (before?.message !== (error as Error).message)
        this.#options.onLog("unprepared", { reason: (error as Error).message });
    }
  }
}

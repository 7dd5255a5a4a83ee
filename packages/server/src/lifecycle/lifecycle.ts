/** From serving to closed: `serving` → `draining` (no new work, open streams go on) → `closed`. */
import { ApiError } from "../errors/apiError.ts";

export type LifecycleState = "serving" | "draining" | "closed";

export class Lifecycle {
  state: LifecycleState = "serving";
  readonly #retryAfterSeconds: number;

  constructor(shutdownTimeoutMs: number) {
    this.#retryAfterSeconds = Math.max(1, Math.ceil(shutdownTimeoutMs / 1000));
  }

  /** @throws ApiError 503 once the shutdown has begun. */
  checkServing(): void {
    if (this.state === "serving") return;
    throw new ApiError(503, "the server is shutting down", {
      code: "shutting_down",
      retryAfterSeconds: this.#retryAfterSeconds,
    });
  }
}

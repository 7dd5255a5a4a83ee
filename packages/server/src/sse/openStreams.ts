/** Open streams, by their names. One that is resumed elsewhere ends here: its connection may be dead without notice. */
import { ApiError } from "../errors/apiError.ts";

export interface OpenStream {
  /** Digest of the API key that it was opened with, "" where none is needed. */
  readonly owner: string;
  /** Its client has lost it to another connection. */
  takeOver(reason: ApiError): void;
  /** It is made no further. */
  stop(reason: ApiError): void;
}

export class OpenStreams {
  readonly #open: Map<string, OpenStream> = new Map();

  /** Ends the stream of that connection if it is open, and tells its client why. */
  takeOver(stream: string): void {
    const message = "the stream goes on in another connection, which resumed it";
    this.#open.get(stream)?.takeOver(new ApiError(409, message, { code: "stream_resumed" }));
  }

  /** Stops the stream of that name, if it is open and the owner's. @returns whether it was */
  stop(stream: string, owner: string): boolean {
    const open = this.#open.get(stream);
    if (open?.owner !== owner) return false;
    open.stop(new ApiError(409, "the stream was stopped by its id", { code: "stream_stopped" }));
    return true;
  }

  /** @param names that it is known by. @returns what says that it has ended */
  enter(names: readonly string[], stream: OpenStream): () => void {
    for (const name of names) this.#open.set(name, stream);
    return () => {
      for (const name of names) this.#open.delete(name);
    };
  }
}

/** Open streams, by connection. One that is resumed elsewhere ends here: its connection may be dead without notice. */
import { ApiError } from "../errors/apiError.ts";

export class OpenStreams {
  /** By the number of the connection's stream: how to end it. */
  readonly #ends: Map<string, (reason: ApiError) => void> = new Map();

  /** Ends the stream of that connection if it is open, and tells its client why. */
  takeOver(stream: string): void {
    const message = "the stream goes on in another connection, which resumed it";
    this.#ends.get(stream)?.(new ApiError(409, message, { code: "stream_resumed" }));
  }

  /** The function that says that the stream has ended. */
  enter(stream: string, end: (reason: ApiError) => void): () => void {
    this.#ends.set(stream, end);
    return () => void this.#ends.delete(stream);
  }
}

/** What the routes ask a connection, of a request that comes without one: who is there, and whether still. */
import { EventEmitter } from "node:events";

export class FetchConnection extends EventEmitter {
  /** Undefined: nobody knows. */
  readonly remoteAddress: string | undefined;
  destroyed = false;
  /** Bytes of the answer, those that wait included. */
  bytesWritten = 0;
  /** Bytes that wait for the reader. */
  writableLength = 0;

  constructor(remoteAddress: string | undefined) {
    super();
    this.remoteAddress = remoteAddress;
  }

  /** Ends request and response, which listen to `close`. */
  destroy(): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.emit("close");
    return this;
  }
}

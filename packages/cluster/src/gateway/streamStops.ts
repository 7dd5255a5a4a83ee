/** Stops streams of any gateway: the one that has the client is asked, and the logs say so where none answers any more. */
import type { StreamMessage } from "../peers/messages.ts";
import type { Peers } from "../peers/peers.ts";
import type { Gateway } from "./gateway.ts";

/** A stream that is to be stopped. */
export interface StreamName {
  /** As its gateway knows it. */
  readonly stream: string;
  /** Whose it must be, as its gateway knows them. */
  readonly owner: string;
  /** As `newStreamId` gave it, where the name says so. */
  readonly streamId: number | undefined;
}

/** Time for the gateway that has the stream. */
const answerMs = 1000;

export class StreamStops {
  readonly #peers: Peers;
  readonly #gateway: Gateway;
  readonly #waiting: Map<number, () => void> = new Map();
  #last = 0;
  /** Ends a stream of this process, if it has it. */
  onStop: (stream: string, owner: string) => boolean = () => false;

  constructor(peers: Peers, gateway: Gateway) {
    this.#peers = peers;
    this.#gateway = gateway;
  }

  /** Whether there was one that was open. @throws ClusterError `cluster_unavailable` */
  async stop({ stream, owner, streamId }: StreamName): Promise<boolean> {
    if (this.onStop(stream, owner)) return true;
    const request = ++this.#last;
    let timer: NodeJS.Timeout | undefined;
    const isHeard = new Promise<boolean>((resolve) => {
      this.#waiting.set(request, () => resolve(true));
      timer = setTimeout(() => resolve(false), answerMs);
    });
    try {
      this.#peers.broadcast({ kind: "stop", stream, owner, request });
      const isLogged = streamId !== undefined && (await this.#gateway.stopStream(streamId));
      return isLogged || (await isHeard);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(request);
    }
  }

  receive(message: StreamMessage, from: string): void {
    if (message.kind === "stopped") this.#waiting.get(message.request)?.();
    else if (from !== this.#peers.id && this.onStop(message.stream, message.owner)) {
      this.#peers.send(from, { kind: "stopped", request: message.request });
    }
  }
}

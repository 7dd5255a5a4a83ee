/** Messages of subjects that members write to. The client stops reading for good where a callback throws. */
import type { NatsConnection } from "@nats-io/transport-node";
import { callForeign } from "@tokenmill/check";
import { decode } from "../wire/codec.ts";

/**
 * Calls `listener` with each message; what it throws goes to the process. What does not decode is dropped: it is nobody's message.
 * @param onRefused called where NATS does not let the process hear the subject
 */
export function hear<T>(
  nc: NatsConnection,
  subject: string,
  listener: (message: T) => void,
  onRefused: (error: Error) => void,
): void {
  nc.subscribe(subject, {
    callback(error, { data }) {
      if (error) return callForeign(() => onRefused(error));
      let message: T;
      try {
        message = decode<T>(data);
      } catch {
        return;
      }
      callForeign(() => listener(message));
    },
  });
}

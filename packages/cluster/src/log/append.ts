/** Appends to a subject behind the last message that the writer knows: compare-and-set by the server. */
import { type JetStreamClient, JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import type { MsgHdrs } from "@nats-io/transport-node";
import { messageOf } from "@tokenmill/check";
import { ClusterError } from "../errors.ts";

/** Outcome of an append. `conflict`: somebody else appended, or this message was there already. */
export type Appended = { readonly seq: number } | "conflict";

export interface AppendOptions {
  /** Number of the last message of the subject that the writer knows, 0 for none; undefined: whatever it is. */
  readonly after: number | undefined;
  /** Lets the server know a message again that was sent twice. */
  readonly messageId?: string | undefined;
  readonly headers?: MsgHdrs;
}

const answerTimeoutMs = 2000;

/** @throws ClusterError `cluster_unavailable` */
export async function append(
  js: JetStreamClient,
  subject: string,
  payload: Uint8Array,
  { after, messageId, headers }: AppendOptions,
): Promise<Appended> {
  try {
    const { seq, duplicate } = await js.publish(subject, payload, {
      ...(after !== undefined && { expect: { lastSubjectSequence: after } }),
      timeout: answerTimeoutMs,
      ...(messageId !== undefined && { msgID: messageId }),
      ...(headers && { headers }),
    });
    return duplicate ? "conflict" : { seq };
  } catch (error) {
    if (isConflict(error)) return "conflict";
    throw unavailable(error);
  }
}

function isConflict(error: unknown): boolean {
  if (!(error instanceof JetStreamApiError)) return false;
  // The second one where the entry that was first is still being copied to other servers.
  const { StreamWrongLastSequence, StreamWrongLastSequenceUnknown } = JetStreamApiCodes;
  return error.code === StreamWrongLastSequence || error.code === StreamWrongLastSequenceUnknown;
}

export function unavailable(error: unknown): ClusterError {
  return new ClusterError("cluster_unavailable", `NATS did not answer: ${messageOf(error)}`, { cause: error });
}

/** What NATS answers. @throws ClusterError `cluster_unavailable` */
export async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw unavailable(error);
  }
}

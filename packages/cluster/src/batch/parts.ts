/** What one message cannot hold, in several: each part is a message of its own subject. */
import { JetStreamApiCodes, JetStreamApiError, type JetStreamClient, type JetStreamManager } from "@nats-io/jetstream";
import { append, unavailable } from "../log/append.ts";
import type { ClusterNames } from "../names.ts";
import { decode, encode } from "../wire/codec.ts";

/** Room for what stands around a value in its message: names, numbers, headers. */
const frameBytes = 4096;

export interface PartsContext {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly names: ClusterNames;
  /** Largest message of NATS. */
  readonly maxPayloadBytes: () => number;
}

/** Which value of which shard. */
export interface PartsPlace {
  readonly batch: string;
  readonly key: string;
  readonly label: string;
}

/** The value itself if it fits into a message with others; else it is stored, and the number of its parts. @throws ClusterError `cluster_unavailable` */
export async function storeLarge<T extends object>(
  { js, names, maxPayloadBytes }: PartsContext,
  place: PartsPlace,
  value: T,
): Promise<T | number> {
  const bytes = encode(value);
  const most = maxPayloadBytes() - frameBytes;
  if (bytes.length <= most) return value;
  const count = Math.ceil(bytes.length / most);
  for (let i = 0; i < count; i++) {
    const part = bytes.subarray(i * most, (i + 1) * most);
    await append(js, subjectOf(names, place, i), part, { after: undefined });
  }
  return count;
}

/** Undefined: some of it is gone. @throws ClusterError `cluster_unavailable` */
export async function readLarge<T extends object>(
  { jsm, names }: PartsContext,
  place: PartsPlace,
  stored: T | number,
): Promise<T | undefined> {
  if (typeof stored !== "number") return stored;
  const parts: Uint8Array[] = [];
  for (let i = 0; i < stored; i++) {
    const part = await readLast(jsm, names.resultStream, subjectOf(names, place, i));
    if (!part) return undefined;
    parts.push(part.data);
  }
  return decode<T>(Buffer.concat(parts));
}

function subjectOf(names: ClusterNames, { batch, key, label }: PartsPlace, part: number): string {
  return names.partSubject(batch, key, `${label}-${part}`);
}

/** The last message of a subject; undefined: there is none. @throws ClusterError `cluster_unavailable` */
export async function readLast(
  jsm: JetStreamManager,
  stream: string,
  subject: string,
): Promise<{ readonly seq: number; readonly data: Uint8Array } | undefined> {
  try {
    return (await jsm.streams.getMessage(stream, { last_by_subj: subject })) ?? undefined;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound) return undefined;
    throw unavailable(error);
  }
}

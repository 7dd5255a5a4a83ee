/** The answer to a body with rows, `{id, results}` in MessagePack, in pieces. */
import type { MsgpackCodec } from "@tokenmill/protocol";

/** Results in a piece: about 16 KiB with ten log-probabilities each. */
const resultsInPiece = 64;
const fixMap = 0x80;
const array32 = 0xdd;

export function* answerPieces(
  codec: MsgpackCodec,
  id: string | number | undefined,
  results: readonly object[],
): Generator<Uint8Array, void> {
  const count = Buffer.alloc(5);
  count[0] = array32;
  count.writeUInt32BE(results.length, 1);
  const fields = id === undefined ? [] : [codec.encode("id"), codec.encode(id)];
  const head = Buffer.from([fixMap | (1 + fields.length / 2)]);
  let parts: Uint8Array[] = [head, ...fields, codec.encode("results"), count];
  for (let start = 0; start < results.length; start += resultsInPiece) {
    for (const result of results.slice(start, start + resultsInPiece)) parts.push(codec.encode(result));
    yield Buffer.concat(parts);
    parts = [];
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

import { createMsgpackCodec } from "@tokenmill/protocol";
import { expect, it } from "vitest";
import { answerPieces } from "./answerPieces.ts";

const codec = createMsgpackCodec();

it.each([0, 1, 63, 64, 65, 129, 70_000])("of %d results is what the codec makes of them", (count) => {
  const results = Array.from({ length: count }, (_, position) => ({ sequenceId: 2n ** 60n, position, tokenId: 5 }));
  for (const id of [undefined, 7, "seven"]) {
    const pieces = [...answerPieces(codec, id, results)];
    expect(pieces.length).toBe(Math.max(1, Math.ceil(count / 64)));
    expect(codec.decode(Buffer.concat(pieces))).toEqual({ ...(id !== undefined && { id }), results });
  }
});

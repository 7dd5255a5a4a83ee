/** Messages of a token stream, as the subprotocol says: JSON text or MessagePack. */
import { createMsgpackCodec, encodeJson, exactRequest, ProtocolError } from "@tokenmill/protocol";
import { isRecord } from "../bodies/bodyFields.ts";
import { parseJson } from "../bodies/parseJson.ts";

export interface WireCodec {
  encode(message: object): string | Uint8Array;
  /** @throws ProtocolError */
  decode(data: Buffer, isBinary: boolean): unknown;
}

export const jsonProtocol = "tokenmill.v1.json";
export const msgpackProtocol = "tokenmill.v1.msgpack";

export function wireCodec(protocol: string): WireCodec {
  return protocol === msgpackProtocol ? msgpackWire() : jsonWire;
}

const jsonWire: WireCodec = {
  encode: encodeJson,
  decode(data, isBinary) {
    if (isBinary) throw new ProtocolError("foreign", `${jsonProtocol} expected text messages`);
    return withExactRequest(parseJson(data, "message"), data.toString("utf8"));
  },
};

/** `JSON.parse` rounds what has 64 bits. */
function withExactRequest(message: unknown, text: string): unknown {
  if (!isRecord(message) || !Object.hasOwn(message, "request")) return message;
  return { ...message, request: exactRequest(message["request"], text, 2) };
}

function msgpackWire(): WireCodec {
  const codec = createMsgpackCodec();
  return {
    encode: (message) => codec.encode(message),
    decode(data, isBinary) {
      if (!isBinary) throw new ProtocolError("foreign", `${msgpackProtocol} expected binary messages`);
      return codec.decode(data);
    },
  };
}

/** Single values in plain MessagePack (no extensions but integers of 64 bits), as any library reads them. */
import { messageOf, refuse } from "@tokenmill/check";
import { type Options, Packr } from "msgpackr";
import { ProtocolError } from "../errors.ts";
import { checkMsgpack } from "./checkMsgpack.ts";
import { mayHoldWideIntegers, narrowIntegers } from "./narrowIntegers.ts";

export interface MsgpackCodec {
  /** Bytes of their own: they stay valid. Absent fields are left out, a Map is a map. */
  encode(value: unknown): Uint8Array;
  /** Integers come as numbers where these are safe, else as bigints; binary as views of `bytes`. @throws ProtocolError `damaged`, `truncated` */
  decode(bytes: Uint8Array): unknown;
}

/** `skipValues` is documented, but missing in msgpackr's types. */
const options: Options & { skipValues: readonly unknown[] } = {
  useRecords: false,
  variableMapSize: true,
  skipValues: [undefined],
};

export function createMsgpackCodec(): MsgpackCodec {
  const packr = new Packr(options);
  return {
    // The packer's buffer belongs to all packers of the process and is written over by the next call.
    encode: (value) => packr.pack(value).slice(),
    decode(bytes) {
      if (!(bytes instanceof Uint8Array)) refuse("bytes", "Uint8Array", bytes, true);
      checkMsgpack(bytes);
      try {
        const value: unknown = packr.unpack(bytes);
        return mayHoldWideIntegers(bytes) ? narrowIntegers(value) : value;
      } catch (cause) {
        throw new ProtocolError("damaged", `MessagePack expected: ${messageOf(cause)}`, { cause });
      }
    },
  };
}

/** Bytes of entries and messages: MessagePack. */
import { createMsgpackCodec, type MsgpackCodec } from "@tokenmill/protocol";

const codec: MsgpackCodec = createMsgpackCodec();

export const encode = (value: unknown): Uint8Array => codec.encode(value);

/** Trusted: only members may write to the cluster's subjects. @throws ProtocolError for what is not MessagePack */
export const decode = <T>(bytes: Uint8Array): T => codec.decode(bytes) as T;

/** @tokenmill/protocol: token events and requests on the wire as NDJSON, msgpack frames and server-sent events. */
export { ProtocolError, type ProtocolErrorCode } from "./errors.ts";
export type { WireEvent } from "./wireEvent.ts";
export { encodeJson } from "./json/encodeJson.ts";
export { decodeEvent } from "./json/decodeEvent.ts";
export { decodeRequest, exactRequest } from "./json/decodeRequest.ts";
export { exactIntegers } from "./json/exactIntegers.ts";
export { decodeNdjson, decodeNdjsonRequest, encodeNdjson, encodeNdjsonRequest } from "./json/ndjson.ts";
export { createNdjsonDecoder, type NdjsonDecoder, type NdjsonDecoderOptions } from "./json/ndjsonDecoder.ts";
export { createLineSplitter, type LineSplitter, type LineSplitterOptions } from "./lines/lineSplitter.ts";
export { createFrameEncoder, type FrameEncoder } from "./frames/frameEncoder.ts";
export { createFrameDecoder, type FrameDecoder, type FrameDecoderOptions } from "./frames/frameDecoder.ts";
export { frameVersion } from "./frames/layout.ts";
export { createMsgpackCodec, type MsgpackCodec } from "./msgpack/msgpackCodec.ts";
export { encodeSse, encodeSseComment, encodeSseEvent, type SseFields } from "./sse/encodeSse.ts";
export { formatEventId, parseEventId, type EventId } from "./sse/eventId.ts";

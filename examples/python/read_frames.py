"""Frames of `tokenmill stream --format msgpack` on standard input: text of each sequence, and how it ended."""
import struct
import sys

from wire.messagepack import unpack

token_fields = [
    "sequenceId", "index", "tokenId", "text", "logprob", "rank", "topLogprobs", "finishReason", "stopReason", "usage",
]
error_fields = ["sequenceId", "finishReason", "error"]


def frames(stream):
    while header := stream.read(6):
        magic, version, size = struct.unpack(">BBI", header)
        if (magic, version) != (0xC1, 1):
            raise ValueError("no frame of version 1")
        kind, *values = unpack(stream.read(size))
        names = [token_fields, error_fields][kind]
        event = {name: value for name, value in zip(names, values) if value is not None}
        others = values[len(names)] if len(values) > len(names) else {}
        yield {**event, **others}


texts, reasons = {}, {}
for event in frames(sys.stdin.buffer):
    sequence = event["sequenceId"]
    texts[sequence] = texts.get(sequence, "") + event.get("text", "")
    if "finishReason" in event:
        reasons[sequence] = event["finishReason"]
for sequence, reason in sorted(reasons.items()):
    print(sequence, reason, repr(texts[sequence]))

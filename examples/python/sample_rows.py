"""Rows of logits from another runtime: tokens for two sequences, over HTTP and over a WebSocket."""
import array
import os
import struct
import sys
from urllib.request import Request, urlopen

from wire.messagepack import pack, unpack
from wire.websocket import WebSocket

url = os.environ.get("TOKENMILL_URL", "http://127.0.0.1:8080")
key = os.environ.get("TOKENMILL_API_KEY")
vocab_size = 1000


def row(position):
    """Here a language model would run."""
    logits = array.array("f", ((-(i * 7919 + 13 * position) % vocab_size) / 100 for i in range(vocab_size)))
    if sys.byteorder == "big":
        logits.byteswap()
    return logits.tobytes()


def body(header, rows):
    encoded = pack(header)
    return struct.pack("<I", len(encoded)) + encoded + b"".join(rows)


def post(message):
    headers = {"content-type": "application/x-tokenmill-rows"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    with urlopen(Request(f"{url}/v1/sample", message, headers)) as answer:
        return unpack(answer.read())


socket = WebSocket(f"{url}/v1/sample", ["tokenmill.sample.v1"], key)


def over_socket(message):
    socket.send(message)
    return unpack(socket.receive())


opens = [
    {"prompt": [1, 2], "maxTokens": 4, "temperature": 0.9, "topK": 40, "seed": 7, "logprobs": 1},
    {"prompt": [3], "maxTokens": 4, "temperature": 0.0},
]
for send in (post, over_socket):
    tokens = [[], []]
    for position in range(4):
        sequences = [{"sequenceId": i, "position": position} for i in range(2)]
        if position == 0:
            for sequence, parameters in zip(sequences, opens):
                sequence["open"] = parameters
        header = {"dtype": "f32", "vocabSize": vocab_size, "rows": sequences}
        for result in send(body(header, [row(position), row(position)]))["results"]:
            tokens[result["sequenceId"]].append(result["tokenId"])
    print(tokens, result["finishReason"])

answer = over_socket(body({"rows": [{"sequenceId": 9, "position": 0}]}, [row(0)]))
print(answer["error"]["code"])
socket.close()

"""Sequences of a runtime that computes logits as arrays, sampled by `tokenmill serve`. Needs numpy."""
import http.client
import struct
from urllib.parse import urlsplit

import numpy

from wire.messagepack import pack, unpack

DTYPES = {"float32": "f32", "float16": "f16", "uint16": "bf16"}


class RowError(Exception):
    """A row that could not be sampled; its sequence stays where it was."""

    def __init__(self, result):
        super().__init__(f"sequence {result['sequenceId']}: {result['error']['message']}")
        self.code = result["error"]["code"]


class Rows:
    """One connection. `vocab_size` is the server's --sample-vocab-size, and the length of a row."""

    def __init__(self, url, vocab_size, key=None):
        address = urlsplit(url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        self.connection = kind(address.netloc)
        self.headers = {"content-type": "application/x-tokenmill-rows"}
        if key:
            self.headers["authorization"] = f"Bearer {key}"
        self.vocab_size = vocab_size
        self.opens = {}
        self.positions = {}

    def open(self, sequence_id, prompt=(), **parameters):
        """Token ids of the prompt, and parameters by their names in FEATURES.md: temperature, topP, seed, maxTokens, …"""
        self.opens[sequence_id] = {"prompt": [int(token) for token in prompt], **parameters}
        self.positions[sequence_id] = 0

    def draw(self, sequence_ids, logits):
        """A result for each row of `logits`, [len(sequence_ids), vocab_size]: tokenId, finishReason on the last, logprob.

        float32, float16, or the upper halves of bfloat16 as uint16; of a sequence always the same. Raises RowError for the first row that failed.
        """
        logits = numpy.ascontiguousarray(logits)
        if logits.shape != (len(sequence_ids), self.vocab_size):
            raise ValueError(f"logits expected {len(sequence_ids)} x {self.vocab_size}, got {logits.shape}")
        header = {"dtype": DTYPES[logits.dtype.name], "rows": [self._row(sequence_id) for sequence_id in sequence_ids]}
        return self._draw(header, logits.astype(logits.dtype.newbyteorder("<")).tobytes())

    def draw_sparse(self, sequence_ids, rows):
        """The same by the largest logits: for each sequence ids, logits, and ln of the sum of e^logit of all tokens not listed."""
        header = {"rows": [{**self._row(i), "listed": len(ids)} for i, (ids, _, _) in zip(sequence_ids, rows)]}
        pieces = []
        for ids, logits, rest in rows:
            pieces += [struct.pack("<d", rest), numpy.asarray(ids, "<i4").tobytes(), numpy.asarray(logits, "<f4").tobytes()]
        return self._draw(header, b"".join(pieces))

    def _row(self, sequence_id):
        row = {"sequenceId": sequence_id, "position": self.positions[sequence_id]}
        if sequence_id in self.opens:
            row["open"] = self.opens[sequence_id]
        return row

    def _draw(self, header, rows):
        results = self._post({"vocabSize": self.vocab_size, **header}, rows)["results"]
        for result in results:
            self.opens.pop(result["sequenceId"], None)
            if "error" not in result:
                self.positions[result["sequenceId"]] += 1
        for result in results:
            if "error" in result:
                raise RowError(result)
        return results

    def close(self, sequence_ids):
        """Forgets sequences that have not come to their end."""
        self._post({"close": list(sequence_ids)}, b"")

    def _post(self, header, rows):
        encoded = pack(header)
        self.connection.request("POST", "/v1/sample", struct.pack("<I", len(encoded)) + encoded + rows, self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body.decode()}")
        return unpack(body)

"""A model in numpy whose row follows from the last token alone, three sequences of it with parameters of their own."""
import os

import numpy

from runtimes.rows import RowError, Rows

vocab_size = 1000
ids = numpy.arange(vocab_size, dtype=numpy.int64)
table = ((ids[:, None] * 7919 + ids[None, :] * 104729) % 1009 / 80).astype(numpy.float32)

rows = Rows(os.environ.get("TOKENMILL_URL", "http://127.0.0.1:8080"), vocab_size, os.environ.get("TOKENMILL_API_KEY"))
rows.open(1, [5, 6], maxTokens=6, temperature=0.0)
rows.open(2, [5, 6], maxTokens=4, temperature=0.8, topP=0.9, seed=1)
rows.open(3, [7], maxTokens=5, minP=0.1, repetitionPenalty=1.2, seed=2, logprobs=0)
last = {1: 6, 2: 6, 3: 7}
texts = {1: [], 2: [], 3: []}
while last:
    running = list(last)
    for result in rows.draw(running, table[[last[i] for i in running]]):
        sequence_id, token = result["sequenceId"], result["tokenId"]
        texts[sequence_id].append(token)
        last[sequence_id] = token
        if "finishReason" in result:
            del last[sequence_id]
print(texts)

rows.open(4)
try:
    rows.draw([4], numpy.full((1, vocab_size), numpy.nan, numpy.float32))
except RowError as error:
    print(error.code, "|", error)
print(rows.draw([4], table[:1])[0]["position"])
rows.close([4])

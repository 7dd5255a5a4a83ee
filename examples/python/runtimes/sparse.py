"""The largest logits of each row instead of whole rows, and the whole row where these do not suffice. Needs numpy."""
import os

import numpy

from runtimes.rows import RowError, Rows

vocab_size = 1000
ids = numpy.arange(vocab_size, dtype=numpy.int64)
table = ((ids[:, None] * 7919 + ids[None, :] * 104729) % 1009 / 80).astype(numpy.float32)


def largest(logits, count):
    """Ids and logits of the `count` largest, and ln of the sum of e^logit of all others."""
    top = numpy.argpartition(-logits, count)[:count]
    rest = numpy.delete(logits, top).astype(numpy.float64)
    most = rest.max()
    return top, logits[top], most + numpy.log(numpy.exp(rest - most).sum())


rows = Rows(os.environ.get("TOKENMILL_URL", "http://127.0.0.1:8080"), vocab_size, os.environ.get("TOKENMILL_API_KEY"))
rows.open(1, [5, 6], maxTokens=6, topK=40, temperature=0.8, seed=1)
token, tokens = 6, []
for _ in range(6):
    result = rows.draw_sparse([1], [largest(table[token], 128)])[0]
    token = result["tokenId"]
    tokens.append(token)
print(tokens)

rows.open(2, [5, 6], topP=0.99, seed=1)
try:
    rows.draw_sparse([2], [largest(table[6], 128)])
except RowError as error:
    print(error.code, "|", error)
print(rows.draw([2], table[6:7])[0]["tokenId"])
rows.close([2])

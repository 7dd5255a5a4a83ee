"""Records SynthID-text of transformers, as vectors for synthIdVectors.test.ts.

    python recordSynthId.py OUT.json [OURS.json]

Needs torch and transformers. Writes what the processor makes of rows step by step, a text that it marked, and its
detection functions' values for that text; and, if OURS.json has token ids that tokenmill marked with the same keys (an array),
the same values for them.
"""

import json
import sys

import torch
import transformers
from transformers.generation.logits_process import SynthIDTextWatermarkLogitsProcessor

KEYS = [654, 400, 836, 123, 340, 443, 597, 160, 57, 29, 590, 639, 13, 715, 468, 990, 966, 226, 324, 585, 118, 504, 421, 521]
KEYS += [4294967296 + 17, 9007199254740991]
NGRAM, SIZE, PROMPT = 5, 200, [7, 11, 3]


def processor():
    return SynthIDTextWatermarkLogitsProcessor(
        ngram_len=NGRAM,
        keys=KEYS,
        sampling_table_size=2**16,
        sampling_table_seed=0,
        context_history_size=1024,
        device=torch.device("cpu"),
    )


def row(last):
    """The test has the same: sixteenths, so that f32 holds them."""
    return [((id * 37 + last * 101) % 97) / 16 for id in range(SIZE)]


def judged(tokens):
    """The g-values' sum by layer and the number of tokens over what the repetition mask leaves."""
    ids = torch.tensor([tokens])
    g = processor().compute_g_values(ids)[0]
    mask = processor().compute_context_repetition_mask(ids)[0]
    return {"scored": int(mask.sum()), "sums": (g * mask[:, None]).sum(0).tolist()}


def main():
    torch.manual_seed(5)
    mark = processor()
    tokens, steps = [], []
    for position in range(300):
        history = PROMPT + tokens
        scores = torch.tensor([row(history[-1])])
        left = mark(torch.tensor([history]), scores).softmax(-1)[0]
        if position < 8:
            steps.append([float(f"{p:.7g}") for p in left.tolist()])
        # twice the same ten tokens, so that contexts repeat
        again = tokens[position - 10] if 30 <= position < 40 else None
        tokens.append(int(left.multinomial(1)) if again is None else again)
        if position == 36:
            repeated = [float(f"{p:.7g}") for p in left.tolist()]
    record = {
        "made": f"transformers {transformers.__version__}",
        "keys": KEYS,
        "context": NGRAM - 1,
        "prompt": PROMPT,
        "table": mark.sampling_table[:64].tolist(),
        "tableSum": int(mark.sampling_table.sum()),
        "tokens": tokens,
        "steps": steps,
        "repeated": {"position": 36, "probs": repeated},
        "judged": judged(tokens),
    }
    if len(sys.argv) > 2:
        with open(sys.argv[2], encoding="utf-8") as file:
            ours = json.load(file)
        record["ours"] = {"tokens": ours, "judged": judged(ours)}
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in record.items()) + "\n}\n")


main()

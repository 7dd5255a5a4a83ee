"""Records what other engines leave of small rows, as vectors for engineVectors.test.ts.

    python record.py hf|vllm|sglang|mlx|llama.cpp OUT.json [PACKAGE_FOLDER]

Runs the engine's own sampling code, unchanged: hf needs torch and transformers; mlx needs mlx[cpu] and the folder of an
unpacked mlx-lm; vllm and sglang need torch and the folder of an unpacked wheel, whose other modules (device kernels,
servers) are stood in for by empty ones, so that the sampler runs on torch alone; llama.cpp needs the folder of an unpacked
source package of llama-cpp-python, with the library in it: cmake -S vendor/llama.cpp -B build, cmake --build build --target
llama. Its chain is put together as common/sampling.cpp does.
"""

import ctypes
import importlib.abc
import importlib.machinery
import importlib.util
import json
import math
import random
import sys
from types import SimpleNamespace
from unittest.mock import MagicMock


def rows():
    """Rows of 8 to 64 logits in steps that f32 holds exactly: random ones, with and without equals, and some by hand."""
    made = [
        [3.0, 1.0, 2.0, 0.0, -1.0, -2.0, 0.5, 1.5],
        [2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 0.0, 0.0],
        [0.0] * 8,
        [8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-1.0, 4.0, -1.0, 4.0, -1.0, 4.0, -3.0, -5.0, 4.0, 0.0],
    ]
    rng = random.Random(7)
    for size in (8, 13, 32, 64):
        made.append([round(rng.gauss(0, 2.5) * 64) / 64 for _ in range(size)])
        made.append([round(rng.gauss(0, 1.5) * 2) / 2 for _ in range(size)])
    return made


CUTS = [
    {},
    {"temperature": 0.7},
    {"topK": 3},
    {"topK": 5, "temperature": 1.5},
    {"topP": 0.45},
    {"topP": 0.5},
    {"topP": 0.9},
    {"topP": 0.75, "temperature": 0.5},
    {"minP": 0.05},
    {"minP": 0.3, "temperature": 2.0},
    {"topK": 4, "topP": 0.8},
    {"topK": 6, "topP": 0.7, "temperature": 0.6},
    {"topK": 6, "topP": 0.95, "minP": 0.1, "temperature": 1.3},
    {"topP": 0.6, "minP": 0.2, "temperature": 2.5},
    {"topP": 0.99, "minP": 0.02, "topK": 7, "temperature": 0.8},
]
PENALTIES = [
    {"repetitionPenalty": 1.5},
    {"repetitionPenalty": 0.7, "temperature": 0.5},
    {"frequencyPenalty": 0.5},
    {"presencePenalty": 1.25},
    {"repetitionPenalty": 1.2, "frequencyPenalty": 0.25, "presencePenalty": -0.5, "topP": 0.9, "temperature": 1.5},
    {"repetitionPenalty": 1.3, "logitBias": {"1": 2.0, "4": -1.5}, "topK": 5},
]
HF_ONLY = [
    {"typicalP": 0.5},
    {"typicalP": 0.9, "temperature": 1.5},
    {"epsilonCutoff": 0.05},
    {"etaCutoff": 0.1},
    {"etaCutoff": 0.02, "temperature": 2.0},
    {"topH": 0.4},
    {"topH": 0.7, "temperature": 2.0},
    {"topK": 6, "topP": 0.9, "typicalP": 0.8, "etaCutoff": 0.05, "temperature": 1.2},
    {"noRepeatNgramSize": 2},
    {"noRepeatNgramSize": 3, "repetitionPenalty": 1.2},
    {"badWords": [[1], [0, 2], [3, 0, 3]]},
]
LLAMA_CPP_ONLY = [
    {"topK": 0},
    {"topK": 0, "topP": 0.9, "minP": 0.0},
    {"topK": 0, "topP": 1.0, "minP": 0.0, "temperature": 1.0},
    {"topK": 0, "topP": 0.7, "minP": 0.1, "temperature": 1.7},
    {"typicalP": 0.5},
    {"typicalP": 0.9, "topK": 0, "topP": 1.0, "minP": 0.0, "temperature": 1.5},
    {"topNSigma": 1.0, "topK": 0},
    {"topNSigma": 0.5, "temperature": 2.0},
    {"xtcProbability": 1.0, "xtcThreshold": 0.1},
    {"xtcProbability": 1.0, "xtcThreshold": 0.2, "minP": 0.02, "temperature": 1.3},
    {"dynatempRange": 0.5},
    {"dynatempRange": 0.7, "dynatempExponent": 2.0, "temperature": 1.0, "topK": 0, "topP": 1.0, "minP": 0.0},
    {"mirostat": 1},
    {"mirostat": 1, "mirostatTau": 2.0, "temperature": 1.2},
    {"mirostat": 2},
    {"mirostat": 2, "mirostatTau": 1.0, "temperature": 1.0},
    {"penaltyLastN": 4, "repetitionPenalty": 1.5},
    {"penaltyLastN": -1, "frequencyPenalty": 0.5, "presencePenalty": 0.25},
    {"dryMultiplier": 0.8},
    {"dryMultiplier": 1.5, "dryBase": 1.5, "dryAllowedLength": 1, "dryPenaltyLastN": 8},
    {"adaptiveTarget": 0.3},
    {"adaptiveTarget": 0.1, "topK": 0, "topP": 1.0, "minP": 0.0, "temperature": 1.0},
]
PROMPT, OUTPUT = [0, 2, 1, 0, 2], [3, 0, 3, 1, 0]


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the named modules of a package from a folder, and empty ones for all others of it."""

    def __init__(self, package, folder, real):
        self.package, self.folder, self.real = package, folder, real

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] != self.package:
            return None
        if name in self.real:
            file = f"{self.folder}/{name.replace('.', '/')}.py"
            return importlib.util.spec_from_file_location(name, file)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__, module.__spec__ = [], spec
        return module

    def exec_module(self, module):
        pass


def hf(_folder):
    import torch
    import transformers
    from transformers import GenerationConfig
    from transformers.generation.utils import GenerationMixin

    names = {
        "temperature": "temperature",
        "topK": "top_k",
        "topP": "top_p",
        "minP": "min_p",
        "typicalP": "typical_p",
        "epsilonCutoff": "epsilon_cutoff",
        "etaCutoff": "eta_cutoff",
        "topH": "top_h",
        "repetitionPenalty": "repetition_penalty",
        "noRepeatNgramSize": "no_repeat_ngram_size",
        "badWords": "bad_words_ids",
    }

    class Model(GenerationMixin):
        config = SimpleNamespace(is_encoder_decoder=False)

    def leave(params, logits, prompt, output):
        if any(name not in names for name in params):
            return None
        settings = {"top_k": 0, "do_sample": True, **{names[k]: v for k, v in params.items()}}
        config = GenerationConfig(**settings)
        config._eos_token_tensor = None
        ids = torch.tensor([prompt + output])
        chain = Model()._get_logits_processor(config, input_ids_seq_length=ids.shape[1], device="cpu")
        return chain(ids, torch.tensor([logits])).softmax(-1)[0].tolist()

    return "transformers " + transformers.__version__, leave, CUTS + PENALTIES + HF_ONLY


def vllm(folder):
    import torch

    real = [
        "vllm.v1.sample.sampler",
        "vllm.v1.sample.metadata",
        "vllm.v1.sample.ops.topk_topp_sampler",
        "vllm.v1.sample.ops.penalties",
        "vllm.v1.sample.ops.bad_words",
        "vllm.v1.sample.logits_processor.builtin",
        "vllm.v1.sample.logits_processor.interface",
        "vllm.model_executor.layers.utils",
        "vllm._custom_ops",
    ]
    sys.meta_path.insert(0, StandIns("vllm", folder, real))
    import vllm.platforms
    import vllm.triton_utils
    import vllm.utils.torch_utils

    vllm.triton_utils.HAS_TRITON = False
    vllm.utils.torch_utils.PIN_MEMORY = False
    platform = vllm.platforms.current_platform
    for name in ("is_cuda", "is_rocm", "is_xpu", "is_cuda_alike", "is_tpu"):
        getattr(platform, name).return_value = False
    platform.is_cpu.return_value = True

    def padded(rows, pad, max_len=None, dtype=None, **_):
        longest = max(len(row) for row in rows)
        return torch.tensor([row + [pad] * (longest - len(row)) for row in rows], dtype=dtype)

    vllm.utils.torch_utils.make_tensor_with_pad = lambda x, pad, **rest: padded(x, pad, **rest)
    import vllm._custom_ops as ops
    from vllm.v1.sample.logits_processor.builtin import LogitBiasLogitsProcessor, MinPLogitsProcessor
    from vllm.v1.sample.metadata import SamplingMetadata
    from vllm.v1.sample.ops import topk_topp_sampler
    from vllm.v1.sample.sampler import Sampler

    ops.apply_repetition_penalties = ops.apply_repetition_penalties_torch
    topk_topp_sampler.random_sample = lambda probs, *_: probs.argmax(-1)

    def leave(params, logits, prompt, output):
        sampler = Sampler(logprobs_mode="processed_logits")
        sampler.topk_topp_sampler.forward = sampler.topk_topp_sampler.forward_native
        one = lambda x: None if x is None else torch.tensor([x])
        min_p = MinPLogitsProcessor.__new__(MinPLogitsProcessor)
        min_p.min_p_count = int("minP" in params)
        min_p.min_p = torch.tensor([[params.get("minP", 0.0)]])
        bias = LogitBiasLogitsProcessor.__new__(LogitBiasLogitsProcessor)
        biases = {int(k): v for k, v in params.get("logitBias", {}).items()}
        bias.biases = {0: biases} if biases else {}
        bias.bias_tensor = torch.tensor(list(biases.values()))
        bias.logits_slice = (torch.zeros(len(biases), dtype=torch.int32), torch.tensor(list(biases), dtype=torch.int32))
        penalties = ("repetitionPenalty", "frequencyPenalty", "presencePenalty")
        metadata = SamplingMetadata(
            temperature=one(params.get("temperature", 1.0)),
            all_greedy=False,
            all_random=True,
            top_p=one(params.get("topP")),
            top_k=one(params.get("topK")),
            generators={},
            max_num_logprobs=None,
            no_penalties=not any(name in params for name in penalties),
            prompt_token_ids=torch.tensor([prompt]),
            frequency_penalties=one(params.get("frequencyPenalty", 0.0)),
            presence_penalties=one(params.get("presencePenalty", 0.0)),
            repetition_penalties=one(params.get("repetitionPenalty", 1.0)),
            output_token_ids=[output],
            allowed_token_ids_mask=None,
            bad_words_token_ids={},
            logitsprocs=SimpleNamespace(non_argmax_invariant=[bias], argmax_invariant=[min_p]),
        )
        edited = sampler.apply_logits_processors(torch.tensor([logits]), metadata, False)
        _, processed = sampler.sample(edited, metadata)
        return processed.softmax(-1)[0].tolist()

    return "vllm", leave, CUTS + PENALTIES


def sglang(folder):
    import torch

    sys.meta_path.insert(0, StandIns("sglang", folder, ["sglang.srt.layers.sampler"]))
    utils = importlib.import_module("sglang.srt.utils.common")
    for name in ("is_cuda", "is_hip", "is_npu", "is_musa", "is_xpu", "get_bool_env_var"):
        getattr(utils, name).return_value = False
    from sglang.srt.layers.sampler import top_k_top_p_min_p_sampling_from_probs_torch as cut

    def leave(params, logits, prompt, output):
        known = {"temperature", "topK", "topP", "minP"}
        if any(name not in known for name in params):
            return None
        x = torch.tensor([logits]) / params.get("temperature", 1.0)
        size = len(logits)
        _, weights, ids, _ = cut(
            x.softmax(-1),
            torch.tensor([params.get("topK", size)]),
            torch.tensor([params.get("topP", 1.0)]),
            torch.tensor([params.get("minP", 0.0)]),
            "minP" in params,
            None,
            torch.tensor([0]),
            return_filtered_probs=True,
        )
        left = torch.zeros(size).scatter_(0, ids[0].long(), weights[0])
        return (left / left.sum()).tolist()

    return "sglang", leave, CUTS


def mlx(folder):
    import mlx.core as mx

    sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location("sample_utils", f"{folder}/mlx_lm/sample_utils.py")
    utils = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(utils)
    utils.categorical_sampling = lambda logits, temp: mx.softmax(logits * (1 / temp), axis=-1)
    penalties = ("repetitionPenalty", "presencePenalty", "frequencyPenalty")

    def leave(params, logits, prompt, output):
        x = mx.array([logits], dtype=mx.float32)
        repetition, presence, frequency = (params.get(name) for name in penalties)
        bias = {int(k): v for k, v in params.get("logitBias", {}).items()}
        chain = utils.make_logits_processors(
            bias or None,
            repetition_penalty=repetition,
            presence_penalty=presence,
            frequency_penalty=frequency,
        )
        for process in chain:
            x = process(mx.array(prompt + output), x)
        sampler = utils.make_sampler(
            temp=params.get("temperature", 1.0),
            top_p=params.get("topP", 0.0),
            min_p=params.get("minP", 0.0),
            top_k=params.get("topK", 0),
        )
        return sampler(x - mx.logsumexp(x, axis=-1, keepdims=True))[0].tolist()

    return "mlx-lm", leave, CUTS + PENALTIES


def llama_cpp(folder):
    lib = ctypes.CDLL(f"{folder}/build/bin/libllama.so")
    number, count = ctypes.c_float, ctypes.c_size_t

    class TokenData(ctypes.Structure):
        _fields_ = [("id", ctypes.c_int32), ("logit", number), ("p", number)]

    class Candidates(ctypes.Structure):
        _fields_ = [
            ("data", ctypes.POINTER(TokenData)),
            ("size", count),
            ("selected", ctypes.c_int64),
            ("sorted", ctypes.c_bool),
        ]

    class Bias(ctypes.Structure):
        _fields_ = [("token", ctypes.c_int32), ("bias", number)]

    def make(name, *arguments):
        function = lib[f"llama_sampler_init_{name}"]
        function.restype = ctypes.c_void_p
        return ctypes.c_void_p(function(*arguments))

    def chain_of(params, size, history):
        get = {"topK": 40, "topP": 0.95, "minP": 0.05, "temperature": 0.8, "penaltyLastN": 64, **params}.get
        temperature = number(get("temperature"))
        biases = [Bias(int(k), v) for k, v in get("logitBias", {}).items()]
        if biases:
            yield make("logit_bias", size, len(biases), (Bias * len(biases))(*biases))
        tau, eta = number(get("mirostatTau", 5.0)), number(get("mirostatEta", 0.1))
        if get("mirostat", 0) == 1:
            yield make("temp", temperature)
            yield make("mirostat", size, ctypes.c_uint32(1), tau, eta, 100)
            return
        if get("mirostat", 0) == 2:
            yield make("temp", temperature)
            yield make("mirostat_v2", ctypes.c_uint32(1), tau, eta)
            return
        names = ("repetitionPenalty", 1.0), ("frequencyPenalty", 0.0), ("presencePenalty", 0.0)
        last = get("penaltyLastN")  # common/sampling.cpp: -1 is the context size
        yield make("penalties", size, len(history) if last < 0 else last, *(number(get(*name)) for name in names))
        last = get("dryPenaltyLastN", -1)
        yield make(
            "dry",
            None,
            number(get("dryMultiplier", 0.0)),
            number(get("dryBase", 1.75)),
            get("dryAllowedLength", 2),
            len(history) if last < 0 else last,
            None,
            count(0),
        )
        yield make("top_n_sigma", number(get("topNSigma", -1.0)))
        yield make("top_k", get("topK"))
        yield make("typical", number(get("typicalP", 1.0)), count(0))
        yield make("top_p", number(get("topP")), count(0))
        yield make("min_p", number(get("minP")), count(0))
        yield make("xtc", number(get("xtcProbability", 0.0)), number(get("xtcThreshold", 0.1)), count(0), ctypes.c_uint32(1))
        yield make("temp_ext", temperature, number(get("dynatempRange", 0.0)), number(get("dynatempExponent", 1.0)))
        if "adaptiveTarget" in params:
            yield make("adaptive_p", number(get("adaptiveTarget")), number(get("adaptiveDecay", 0.9)), ctypes.c_uint32(1))

    def leave(params, logits, prompt, output):
        if params.get("mirostat") == 1 and len(set(logits)) == 1:
            return None  # it casts an infinite k to an integer
        size = len(logits)
        data = (TokenData * size)(*(TokenData(i, x, 0.0) for i, x in enumerate(logits)))
        candidates = Candidates(data, size, -1, False)
        for sampler in chain_of(params, size, prompt + output):
            for token in prompt + output:
                lib.llama_sampler_accept(sampler, token)
            lib.llama_sampler_apply(sampler, ctypes.byref(candidates))
        kept = [candidates.data[i] for i in range(candidates.size)]
        most = max(one.logit for one in kept)
        weights = {one.id: math.exp(one.logit - most) for one in kept}
        total = sum(weights.values())
        return [weights.get(i, 0.0) / total for i in range(size)]

    return "llama.cpp of llama-cpp-python", leave, CUTS + PENALTIES + LLAMA_CPP_ONLY


def main():
    engine, out, folder = (*sys.argv[1:], None)[:3]
    version, leave, settings = {
        "hf": hf, "vllm": vllm, "sglang": sglang, "mlx": mlx, "llama.cpp": llama_cpp
    }[engine](folder)
    if folder is not None:
        from pathlib import Path

        info = next(file for glob in ("*.dist-info/METADATA", "PKG-INFO") for file in Path(folder).glob(glob))
        text = info.read_text(encoding="utf-8")
        version += " " + next(line[9:] for line in text.splitlines() if line.startswith("Version: "))
    made = rows()
    cases = []
    for at, params in enumerate(settings):
        for index, logits in enumerate(made):
            probs = leave(params, logits, PROMPT, OUTPUT)
            if probs is None:
                continue
            left = {str(i): float(f"{p:.7g}") for i, p in enumerate(probs) if p > 0}
            cases.append({"params": at, "row": index, "left": left})
    head = {"engine": version, "prompt": PROMPT, "output": OUTPUT, "params": settings, "rows": made}
    with open(out, "w", encoding="utf-8") as file:
        lines = ",\n".join(json.dumps(case) for case in cases)
        file.write(json.dumps(head)[:-1] + ',\n"cases": [\n' + lines + "\n]}\n")
    print(f"{out}: {len(cases)} cases of {version}")


main()

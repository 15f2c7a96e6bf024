"""What a model needs of each GPU's memory, and how many tokens of context are left room for; pure.

vLLM takes a share of a GPU, loads the weights, tries the largest step that it may have to compute, and gives all that
is left to the KV cache: https://docs.vllm.ai/en/v0.11.0/configuration/conserving_memory.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).parents[1] / "data"
_MIB: Final = 1024**2
_GIB: Final = 1024**3

GPU_MIB: Final[Mapping[str, int]] = json.loads((_DATA / "gpus.json").read_text())["mib_per_gpu"]
"""Memory of each GPU of an instance type, MiB; the table names its source."""

# The driver keeps some for itself: an H100 of 81,920 MiB shows programs 79.11 GiB, an A100 of 40,960 MiB 39.38 GiB
# (https://github.com/vllm-project/vllm/issues/27508, https://github.com/vllm-project/vllm/issues/16749).
_SHOWN: Final = 0.98
# Bytes of one weight. AWQ has 4 bits, and for each group of 128 a scale of 16 bits and a zero of 4:
# https://huggingface.co/Qwen/Qwen2.5-72B-Instruct-AWQ/blob/main/config.json
_WEIGHT_BYTES: Final[Mapping[str, float]] = {"bf16": 2, "fp8": 1, "int8": 1, "awq": 0.5 + 2.5 / 128}
_HALF: Final = 2
# Norms, routers and the projections into a latent cache stand on every GPU whole.
_NOT_SPLIT: Final = 1.02
# CUDA's context, NCCL's buffers and the captured graphs of each GPU: of the order that the graphs alone may take, see
# https://docs.vllm.ai/en/v0.11.0/configuration/conserving_memory.html#reduce-cuda-graphs
_RUNTIME: Final = 4 * _GIB
# How many arrays of a step's tokens x hidden size are alive at once beside those of the experts: the residual stream,
# the queries, keys and values, the gathered and the reduced output of a layer, each once in and once out.
_ARRAYS: Final = 12
_LOGIT_BYTES: Final = 8  # 32 bits, and a copy for sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """What decides how much memory a model takes.

    Attributes:
        source: where the numbers stand, the model's own `config.json`.
        parameters: weights that are loaded, a count; drafts for speculation are not.
        format: number format of the published weights; embeddings stay in 16 bits.
        layers: attention layers.
        hidden: width of the residual stream.
        vocabulary: tokens known.
        heads: attention heads, which tensor parallelism splits.
        longest_context: most tokens of a sequence.
        experts_per_token: experts that compute each token; 1 for a dense model.
        latent: width of a latent KV cache, kv_lora_rank + qk_rope_head_dim; 0 where keys and values are kept.
        kv_heads: heads of keys and values.
        head_dim: width of one of them.
    """

    source: str
    parameters: int
    format: str
    layers: int
    hidden: int
    vocabulary: int
    heads: int
    longest_context: int
    experts_per_token: int = 1
    latent: int = 0
    kv_heads: int = 0
    head_dim: int = 0


MODELS: Final[Mapping[str, Architecture]] = {
    name: Architecture(**facts) for name, facts in json.loads((_DATA / "models.json").read_text())["models"].items()
}
"""The models whose memory is known, by their id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """How a model is served on the GPUs of one replica.

    Attributes:
        model: what is served.
        format: number format of the weights in memory.
        gpus: GPUs that the weights are split over.
        gpu_share: part of each GPU's memory that the server may take, above 0 to 1.
        cache_bytes: bytes of a number in the KV cache, 1 or 2.
        sequences: most sequences in a step.
        step_tokens: most tokens in a step.
    """

    model: Architecture
    format: str
    gpus: int
    gpu_share: float
    cache_bytes: int
    sequences: int
    step_tokens: int

    def weights(self) -> int:
        """Return the bytes of the weights on each GPU while it serves."""
        return self._in_format(self.format)

    def loading(self) -> int:
        """Return the bytes of the weights on each GPU while they load: what vLLM makes smaller, it first loads whole.

        https://github.com/vllm-project/vllm/issues/6875
        """
        return max(self._in_format(self.model.format), self.weights())

    def _in_format(self, name: str) -> int:
        outer = 2 * self.model.vocabulary * self.model.hidden
        total = (self.model.parameters - outer) * _WEIGHT_BYTES[name] + outer * _HALF
        return int(total * _NOT_SPLIT / self.gpus)

    def work(self) -> int:
        """Return the bytes that the largest step and the server itself need on each GPU."""
        arrays = _ARRAYS + self.model.experts_per_token
        step = self.step_tokens * self.model.hidden * _HALF * arrays
        return _RUNTIME + step + self.sequences * self.model.vocabulary * _LOGIT_BYTES

    def bytes_per_token(self) -> int:
        """Return the bytes of one token's KV cache on each GPU.

        A latent cache is one for all heads, so it stands on every GPU whole; keys and values are split by head, down
        to one head a GPU: https://docs.vllm.ai/en/v0.11.0/api/vllm/config/index.html
        """
        if self.model.latent:
            return self.model.layers * self.model.latent * self.cache_bytes
        heads = -(-self.model.kv_heads // self.gpus)
        return 2 * self.model.layers * heads * self.model.head_dim * self.cache_bytes

    def budget(self, instance_type: str) -> int:
        """Return the bytes that the server may take of each GPU of an instance type."""
        return int(GPU_MIB[instance_type] * _MIB * _SHOWN * self.gpu_share)

    def cache_tokens(self, instance_type: str) -> int:
        """Return how many tokens of KV cache one replica has room for; 0 where the weights leave none."""
        budget = self.budget(instance_type)
        left = budget - self.weights() - self.work() if self.loading() <= budget else 0
        return max(left, 0) // self.bytes_per_token()

    def shortage(self, instance_type: str, wanted: int) -> str:
        """Return why `wanted` tokens of KV cache do not fit, in a few words that say what does; empty where they do."""
        tokens = self.cache_tokens(instance_type)
        if tokens >= wanted:
            return ""
        if tokens:
            return f"{instance_type} has room for {tokens:,} tokens of KV cache, {wanted:,} are needed"
        return (
            f"{instance_type} has no room for KV cache: of {self.budget(instance_type) / _GIB:.1f} GiB of each GPU the"
            f" weights take {self.loading() / _GIB:.1f} and the work {self.work() / _GIB:.1f}"
        )

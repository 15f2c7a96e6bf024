"""Settings of what serves: the model and its server."""

from collections.abc import Mapping
from typing import Final, Self

from pydantic import Field, model_validator

from components import memory
from components.demand import AGENT, POD, Demand, of_container
from components.vocabulary import CacheFormat, Count, Image, Model, Percent, Quantization, Range, Revision, Text

# What vLLM makes of published weights while it loads them; any other format must be the published one:
# https://docs.vllm.ai/en/v0.11.0/features/quantization/fp8.html#online-dynamic-quantization
_MADE_AT_LOAD: Final = {("bf16", "fp8")}
_CACHE_BYTES: Final[Mapping[str, int]] = {"auto": 2, "fp8": 1}
_SLOWER: Final = 1.5


class Batching(Model):
    """How much the server computes at once."""

    sequences: Count = Field(
        description="most requests in a step, a count; each takes a row of scores over the vocabulary, 8 bytes a token"
    )
    tokens: Count = Field(
        description="most tokens in a step, a count; more start long prompts sooner, stall running answers longer, and"
        " take room for their activations from the KV cache"
    )


class KvCache(Model):
    """Where the server keeps what it has read and written of each request."""

    format: CacheFormat = Field(
        description="numbers of the KV cache: auto is 16 bits; fp8 holds twice the tokens in the same memory, and"
        " answers may differ a little"
    )
    gpu_memory_percent: Percent = Field(
        description="share of each GPU's memory that the server may take, %; what weights and activations leave of it"
        " is KV cache"
    )
    prefix_caching: bool = Field(
        description="whether prompts that begin alike share KV cache; takes no memory of its own, as only free blocks"
        " keep old prefixes"
    )


class ColdStart(Model):
    """How long a replica takes to serve where nothing is there yet, by phase, at worst."""

    node_seconds: Count = Field(description="from a pod that finds no node to one that is ready, s")
    image_seconds: Count = Field(description="pull of the server's image, s")
    weights_seconds: Count = Field(description="weights from the bucket to the node's NVMe, once per node, s")
    load_seconds: Count = Field(description="start of the server, and weights from NVMe into the GPUs, s")
    compile_seconds: Count = Field(description="compilation, profiling of memory and capture of graphs, s")

    def phases(self) -> Mapping[str, int]:
        """Return the seconds of each phase, in their order."""
        return {name.removesuffix("_seconds"): getattr(self, name) for name in type(self).model_fields}

    def startup_seconds(self) -> int:
        """Return how long a container may take to serve (s): its own phases, and half as much again."""
        return round(_SLOWER * (self.load_seconds + self.compile_seconds))

    def progress_seconds(self) -> int:
        """Return how long a rollout may stand still (s): one replica from nothing, and half as much again."""
        return round(_SLOWER * sum(self.phases().values()))


class Inference(Model):
    """The model and how it is served on each site."""

    model: Text = Field(description="model id; data/models.json knows how much memory it takes")
    revision: Revision = Field(description="revision of the weights, a commit")
    served_name: Text = Field(description="name of the model in requests")
    image: Image = Field(description="container image of the model server, by digest")
    weights_image: Image = Field(description="container image with the AWS CLI, which fetches the weights, by digest")
    quantization: Quantization = Field(
        description="number format of the weights in memory: 1 byte each with fp8 and int8, about a half with awq"
    )
    tensor_parallel: Count = Field(description="GPUs of one replica; the weights are split over them")
    context_tokens: Count = Field(
        description="most tokens of a prompt and its answer, a count; the KV cache must hold one such request at least"
    )
    mean_tokens: Count = Field(
        description="tokens of a prompt and its answer on average, a count; the KV cache must hold `concurrency` such"
        " requests"
    )
    batching: Batching = Field(description="limits of one step")
    kv_cache: KvCache = Field(description="the memory of running requests")
    cold_start: ColdStart = Field(description="budget of a cold start, by phase; probes and rollouts wait as long")
    replicas: Range = Field(description="replicas per site")
    concurrency: Count = Field(description="requests that one replica answers at the same time, a count")
    cpu: Count = Field(description="cores of one replica")
    memory_gib: Count = Field(description="memory of one replica, GiB")
    longest_stream_seconds: Count = Field(description="longest answer, s")
    pre_stop_seconds: Count = Field(description="wait before the server is told to stop, s")

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = memory.MODELS.get(self.model)
        if known is None:
            raise ValueError(f"model {self.model!r} must be of {sorted(memory.MODELS)}; or add it to data/models.json")
        if self.context_tokens > known.longest_context:
            raise ValueError(f"context_tokens {self.context_tokens} must be {known.longest_context} or less")
        if known.heads % self.tensor_parallel:
            raise ValueError(f"tensor_parallel {self.tensor_parallel} must divide the {known.heads} attention heads")
        if not self._published(known.format) and (known.format, self.quantization) not in _MADE_AT_LOAD:
            raise ValueError(
                f"quantization {self.quantization}: {self.model} is published in {known.format}, which the server does"
                " not turn into it; take a model that is published so"
            )
        return self

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.batching.sequences < self.concurrency:
            raise ValueError(
                f"batching.sequences {self.batching.sequences} must be concurrency {self.concurrency} or more"
            )
        if self.mean_tokens > self.context_tokens:
            raise ValueError(f"mean_tokens {self.mean_tokens} must be context_tokens {self.context_tokens} or less")
        return self

    @property
    def answers_revision(self) -> str:
        """All of the model that its answers depend on: whatever keeps answers tells revisions apart by it."""
        return f"{self.model}@{self.revision}/{self.quantization}"

    def _published(self, published: str) -> bool:
        return self.quantization == published

    def quantized_at_load(self) -> bool:
        """Tell whether the server itself makes the number format; weights that have it say so themselves."""
        return not self._published(memory.MODELS[self.model].format)

    def replica(self) -> memory.Replica:
        """Return what one replica puts into its GPUs."""
        return memory.Replica(
            model=memory.MODELS[self.model],
            format=self.quantization,
            gpus=self.tensor_parallel,
            gpu_share=self.kv_cache.gpu_memory_percent / 100,
            cache_bytes=_CACHE_BYTES[self.kv_cache.format],
            sequences=self.batching.sequences,
            step_tokens=self.batching.tokens,
        )

    def cache_shortage(self, instance_type: str) -> str:
        """Return why a replica does not fit into the GPUs of an instance type, and what does; empty where it fits."""
        wanted = max(self.concurrency * self.mean_tokens, self.context_tokens)
        short = self.replica().shortage(instance_type, wanted)
        tokens = self.replica().cache_tokens(instance_type)
        if not short or not tokens:
            return short
        return (
            f"{short} for {self.concurrency} requests of {self.mean_tokens:,} or one of {self.context_tokens:,}; it has"
            f" room for {tokens // self.mean_tokens} on average, {tokens // self.context_tokens} of the longest"
        )

    def rollout_seconds(self) -> int:
        """Return how long a rollout may take (s): the most replicas, one after the other, each from nothing."""
        return self.replicas.maximum * self.cold_start.progress_seconds()

    def demand(self) -> Demand:
        """Return what the most replicas of a site ask for, each with an agent beside it.

        One more is counted than the autoscaler's most: a rolling update starts the new pod first.
        """
        replica = of_container(self.cpu, self.memory_gib, self.tensor_parallel) + AGENT + POD
        return replica.times(self.replicas.maximum + 1)

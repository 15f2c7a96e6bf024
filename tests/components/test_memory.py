"""How much of a GPU a model takes, and how many tokens fit beside it: by example and by property."""

from dataclasses import replace

import engine
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import memory
from components.memory import MODELS, Replica
from components.serving import Inference
from components.sizing import GPUS_PER_NODE

GIB = 1024**3
KINDS = st.sampled_from(sorted(memory.GPU_MIB))
REPLICAS = st.builds(
    Replica,
    model=st.sampled_from(sorted(MODELS)).map(MODELS.__getitem__),
    format=st.sampled_from(["fp8", "int8", "awq"]),
    gpus=st.sampled_from([1, 2, 4, 8]),
    gpu_share=st.floats(0.5, 1),
    cache_bytes=st.sampled_from([1, 2]),
    sequences=st.integers(1, 1024),
    step_tokens=st.integers(512, 65536),
)


def _replica(model: str, gpus: int = 8) -> Replica:
    architecture = MODELS[model]
    return Replica(
        model=architecture,
        format=architecture.format,
        gpus=gpus,
        gpu_share=0.9,
        cache_bytes=2,
        sequences=128,
        step_tokens=8192,
    )


def _inference(**changes: object) -> Inference:
    return Inference.model_validate(engine.values("prod")["inference"] | changes)


def test_every_instance_type_with_gpus_has_its_memory() -> None:
    assert set(memory.GPU_MIB) == set(GPUS_PER_NODE)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_model_keeps_either_a_latent_or_keys_and_values(name: str) -> None:
    model = MODELS[name]
    assert bool(model.latent) != bool(model.kv_heads * model.head_dim)
    assert model.source == f"https://huggingface.co/{name}/blob/main/config.json"


@pytest.mark.parametrize(
    ("model", "gigabytes"),
    [
        # The sizes of the repositories: DeepSeek's with 14 of its 685 billion parameters for drafts, left out here.
        ("deepseek-ai/DeepSeek-V3", 689 * 671 / 685),
        ("RedHatAI/Llama-3.3-70B-Instruct-quantized.w8a8", 72.7),
        ("meta-llama/Llama-3.3-70B-Instruct", 141.1),
        ("Qwen/Qwen2.5-72B-Instruct-AWQ", 41.6),
    ],
)
def test_weights_are_as_large_as_published(model: str, gigabytes: float) -> None:
    one_gpu = _replica(model, gpus=1).weights() / 1e9
    assert one_gpu == pytest.approx(gigabytes, rel=0.03)
    assert one_gpu > gigabytes * 0.99


def test_a_latent_cache_is_whole_on_every_gpu() -> None:
    # 61 layers x (512 + 64) numbers x 2 bytes.
    assert {_replica("deepseek-ai/DeepSeek-V3", gpus).bytes_per_token() for gpus in (1, 4, 8)} == {70_272}


@pytest.mark.parametrize(("gpus", "expected"), [(1, 327_680), (4, 81_920), (8, 40_960), (16, 40_960)])
def test_keys_and_values_are_split_down_to_one_head(gpus: int, expected: int) -> None:
    # 2 x 80 layers x 8 heads x 128 numbers x 2 bytes, over the GPUs.
    assert _replica("meta-llama/Llama-3.3-70B-Instruct", gpus).bytes_per_token() == expected


def test_the_shipped_settings_by_example() -> None:
    replica = _inference().replica()
    assert round(replica.weights() / GIB, 1) == 79.9
    assert round(replica.work() / GIB, 1) == 6.4
    assert replica.cache_tokens("p5en.48xlarge") == 581_316
    assert _inference().cache_shortage("p5en.48xlarge") == ""


def test_too_small_gpus_are_refused_with_what_the_weights_take() -> None:
    said = _inference().cache_shortage("p5.48xlarge")
    assert said == (
        "p5.48xlarge has no room for KV cache: of 70.6 GiB of each GPU the weights take 79.9 and the work 6.4"
    )


def test_too_many_requests_are_refused_with_how_many_fit() -> None:
    said = _inference(concurrency=128, mean_tokens=8192).cache_shortage("p5en.48xlarge")
    assert "has room for 581,316 tokens of KV cache, 1,048,576 are needed for 128 requests of 8,192" in said
    assert said.endswith("it has room for 70 on average, 17 of the longest")


def test_one_request_of_the_longest_must_fit() -> None:
    cache = {"format": "auto", "gpu_memory_percent": 60, "prefix_caching": True}
    few = _inference(
        model="RedHatAI/Llama-3.3-70B-Instruct-quantized.w8a8",
        quantization="int8",
        tensor_parallel=1,
        concurrency=1,
        context_tokens=131_072,
        kv_cache=cache,
    )
    assert "131,072 are needed for 1 requests of 4,096 or one of 131,072" in few.cache_shortage("p5en.48xlarge")
    assert _inference(concurrency=1, kv_cache=cache | {"gpu_memory_percent": 90}).cache_shortage("p5en.48xlarge") == ""


def test_what_is_made_smaller_at_load_must_fit_before() -> None:
    made = _inference(model="meta-llama/Llama-3.3-70B-Instruct", tensor_parallel=2, concurrency=1)
    assert made.quantized_at_load()
    half = made.replica()
    assert half.weights() < half.budget("g6e.48xlarge") < half.loading()
    assert "no room" in made.cache_shortage("g6e.48xlarge")


@given(REPLICAS, KINDS)
def test_what_is_said_to_fit_fits(replica: Replica, kind: str) -> None:
    used = replica.weights() + replica.work() + replica.cache_tokens(kind) * replica.bytes_per_token()
    if replica.cache_tokens(kind):
        assert used <= replica.budget(kind) < used + replica.bytes_per_token()
        assert replica.loading() <= replica.budget(kind) <= memory.GPU_MIB[kind] * 1024**2
    else:
        assert used + replica.bytes_per_token() > replica.budget(kind) or replica.loading() > replica.budget(kind)


@given(REPLICAS, KINDS, st.integers(1, 10_000_000))
def test_a_refusal_says_what_fits(replica: Replica, kind: str, wanted: int) -> None:
    tokens = replica.cache_tokens(kind)
    said = replica.shortage(kind, wanted)
    assert bool(said) == (tokens < wanted)
    assert not said or (f"{tokens:,}" if tokens else "no room") in said


@given(REPLICAS, KINDS)
def test_more_gpus_and_smaller_numbers_never_hold_less(replica: Replica, kind: str) -> None:
    tokens = replica.cache_tokens(kind)
    assert replace(replica, gpus=2 * replica.gpus).cache_tokens(kind) >= tokens
    assert replace(replica, cache_bytes=1).cache_tokens(kind) >= tokens
    assert replace(replica, sequences=2 * replica.sequences).cache_tokens(kind) <= tokens
    assert replace(replica, step_tokens=2 * replica.step_tokens).cache_tokens(kind) <= tokens


def test_a_cold_start_is_the_sum_of_its_phases() -> None:
    budget = _inference().cold_start
    assert list(budget.phases()) == ["node", "image", "weights", "load", "compile"]
    assert budget.startup_seconds() > budget.load_seconds + budget.compile_seconds
    assert budget.progress_seconds() > sum(budget.phases().values())

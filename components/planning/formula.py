"""The capacity formula, and what its terms mean for a language model; pure.

    max concurrency = (cores x per-core throughput) / (mean response time x safety)

Taken as written, with throughput in requests/s a core, the quotient would be in requests/s^2. It is sound when per-core
throughput is the requests that a core keeps in work at once. Then the numerator is the requests in work, L, and
Little's law (L = rate x W, with W the mean response time, s) says that L / W end in a second. So the "max concurrency"
is a *rate*, requests/s that may be let in, and what stands in the servers at that rate is rate x W (`in_work`).
https://doi.org/10.1287/opre.1110.0940

A model server has two such limits, and the lower one holds:

* **Slots.** It keeps at most so many requests in its batch. The formula as it is: the slots are the numerator, the mean
  response time the denominator.
* **GPU time.** To read a prompt (prefill) is bound by arithmetic and to write an answer (decode) by memory bandwidth,
  which the whole batch shares. So what is constant is tokens/s and not answers/s: twice as long an answer halves the
  rate, however many are in the batch. A GPU gives one GPU second a second; a request takes `gpu_seconds`, its prompt's
  tokens by the prefill's rate and its answer's by the decode's. The formula again: GPUs are the numerator, GPU seconds
  the denominator. https://arxiv.org/abs/2308.16369

Safety divides both. Little's law is about means, and a queue has no bound where the rate comes near the limit: with
safety 1.5 the servers are two thirds busy at the forecast's peak, with 2.0 half.
"""

from typing import Final

LEAST_SAFETY: Final = 1.5
MOST_SAFETY: Final = 2.0


def checked_safety(safety: float) -> float:
    """Return the safety factor.

    Raises:
        ValueError: it is not from 1.5 to 2.0.
    """
    if not LEAST_SAFETY <= safety <= MOST_SAFETY:
        raise ValueError(
            f"must be from {LEAST_SAFETY} to {MOST_SAFETY}: with less an ordinary peak queues, with more half of the"
            " GPUs or above are paid for and idle at the peak"
        )
    return safety


def largest_rate(units: float, seconds: float, safety: float) -> float:
    """Return the requests/s that may be let in: units / (seconds x safety).

    Args:
        units: what works at once: slots (cores x requests that one keeps in work), or GPUs.
        seconds: how long one request takes one of them: mean response time, s, or GPU seconds.
        safety: 1.5 to 2.0.

    Raises:
        ValueError: the safety is out of its bounds, or nothing works, or a request takes no time.
    """
    if units <= 0 or seconds <= 0:
        raise ValueError(f"{units} units and {seconds} s of work a request: both must be above 0")
    return units / (seconds * checked_safety(safety))


def gpu_seconds(prompt: float, answer: float, prefill: float, decode: float) -> float:
    """Return the GPU time of one request, s.

    Args:
        prompt: tokens that it brings.
        answer: tokens that are written for it.
        prefill: tokens/s of prompts that one GPU reads.
        decode: tokens/s that one GPU writes over its whole batch.
    """
    return prompt / prefill + answer / decode


def in_work(rate: float, response_seconds: float) -> float:
    """Return the requests that stand in the servers at a rate, a count (Little's law)."""
    return rate * response_seconds

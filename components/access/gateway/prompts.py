"""Where the gateways of a site show frequent prompts, and take answers to them."""

from components.access.gateway import config, pod
from components.compute.precompute import Gateways
from components.naming import BUSINESS
from components.ports import GATEWAY_PROMPTS_PORT
from components.traffic import Gateway


def prompts_of(gateway: Gateway) -> Gateways:
    """Return the gateways as the precompute job sees them."""
    return Gateways(
        labels=pod.LABELS,
        host=f"{config.PROMPTS}.{BUSINESS}.svc",
        port=GATEWAY_PROMPTS_PORT,
        # They end a request themselves; a little more, or one that they just answer would be lost.
        patience_seconds=gateway.longest_answer_seconds + 1,
        fresh_seconds=gateway.cache.fresh_seconds,
    )

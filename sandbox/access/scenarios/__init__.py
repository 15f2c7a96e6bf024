"""What is done to the sites, and what must hold meanwhile."""

from sandbox.access.scenarios import bare, caching, checks, limits, models, outages, streams
from sandbox.access.scenarios.scenario import Found, Scenario

ALL = (
    *checks.SCENARIOS,
    *models.SCENARIOS,
    *outages.SCENARIOS,
    *streams.SCENARIOS,
    *limits.SCENARIOS,
    *caching.SCENARIOS,
    *bare.SCENARIOS,
)
"""Every scenario, in the order of a full run."""

__all__ = ["ALL", "Found", "Scenario"]

"""Serve the policy pack to the engine.

`PolicyPack(...)` starts a gRPC server in its constructor and never returns, so this module is the only
place that calls it, and nothing imports this module.
"""

from adapter import engine_policies
from pulumi_policy import EnforcementLevel, PolicyPack
from rules import ALL

PolicyPack(
    name="inference-platform",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=engine_policies(ALL),
)

"""Serve the policy pack to the engine.

`PolicyPack(...)` starts a gRPC server in its constructor and never returns, so this module is the only
place that calls it, and nothing imports this module.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from pack import policies
from pulumi_policy import EnforcementLevel, PolicyPack

PolicyPack(
    name="inference-platform",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=policies(Path(__file__).parent, os.environ, datetime.now(UTC).date()),
)

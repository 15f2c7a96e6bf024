"""Serve the policy pack to the engine.

`PolicyPack(...)` starts a gRPC server in its constructor and never returns, so this module is the only
place that calls it, and nothing imports this module.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from document import PackError
from pack import policies
from pulumi_policy import EnforcementLevel, PolicyPack

try:
    found = policies(Path(__file__).parent, os.environ, datetime.now(UTC).date())
except PackError as error:
    sys.exit(f"error: policies/{error}")

PolicyPack(name="inference-platform", enforcement_level=EnforcementLevel.MANDATORY, policies=found)

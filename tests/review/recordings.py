"""Previews of the real program, recorded from the real engine in the sandbox.

`recorded/NAME.jsonl.gz` is the engine's event log without debug messages, in which the checkout's folder is named
`/checkout`; `recorded/STACK.state.json.gz` is the exported state without properties. Two `again` logs are second
previews of the same change; that of the first creation was made in another sandbox.
"""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from review.plan import Plan
from review.reading.events import plan_of, read

FOLDER = Path(__file__).parent / "recorded"
CREATIONS = ("first-creation", "first-creation-again", "dr-first-creation")
CHANGES = (
    "nothing-changed", "one-more-replica", "other-reserved-gpu", "other-spot-gpu", "public-cidr", "vpc-cidr",
    "no-reservation", "drift", "dr-nothing-changed",
)  # fmt: skip
"""Previews against what is deployed."""


@cache
def preview(name: str) -> Plan:
    """The plan of a recorded preview."""
    stack = "dr" if name.startswith("dr-") else "prod"
    return plan_of(stack, read(FOLDER / f"{name}.jsonl.gz"), None if name in CREATIONS else deployed(stack))


@cache
def deployed(stack: str) -> dict[str, Any]:
    """What the changes of a stack are made to."""
    return json.loads(gzip.decompress((FOLDER / f"{stack}.state.json.gz").read_bytes()))

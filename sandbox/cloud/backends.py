"""What moto puts into a region of a service by itself, such as the default VPC: the same at each start.

moto makes it at the first request that needs it, with whatever its random generator then gives. Without this, a replay
in which another request comes first (reads are not replayed) gives other ids, and its own requests other ids in turn.
"""

from collections.abc import Callable
from typing import Any, cast

from moto.core.base_backend import AccountSpecificBackend
from moto.moto_api._internal import mock_random

NAMES = {"global": "aws"}
"""What moto keeps a service without regions under, beside what it is asked for."""


def seeded(create: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """The look-up of an account's regions; it makes one with random numbers of that account, service and region."""

    def look_up(account: Any, region: str) -> Any:
        if NAMES.get(region, region) in set(account.keys()):  # moto's `in` says whether AWS has such a region
            return create(account, region)
        state = mock_random.getstate()
        mock_random.seed(f"{account.account_id} {account.service_name} {region}")
        try:
            return create(account, region)
        finally:
            mock_random.setstate(state)

    return look_up


def seed_regions() -> None:
    """Have every backend of this process made so."""
    backends = cast("Any", AccountSpecificBackend)
    backends.__getitem__ = seeded(backends.__getitem__)

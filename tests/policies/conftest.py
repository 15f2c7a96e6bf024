"""The pack, started with files of its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml
from analyzer import Analyzer
from pack import opened

from tests.policies.served import TODAY, Make, environment


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return what starts the pack with files of its own, for a stack `prod` of role primary."""

    def started(settings: object = None, waivers: Sequence[Mapping[str, object]] = ()) -> Analyzer:
        (tmp_path / "settings.yaml").write_text(yaml.safe_dump(settings))
        (tmp_path / "waivers.yaml").write_text(yaml.safe_dump({"waivers": list(waivers)}))
        return Analyzer(opened(tmp_path, environment(), TODAY))

    return started


@pytest.fixture
def servicer(make: Make) -> Analyzer:
    return make()

"""What the sandbox knows of a chart: its values, and what a release of it puts into a cluster."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sandbox.controlplane import ControlPlane
from sandbox.controlplane.client import Object
from sandbox.controlplane.companions import Companion
from sandbox.plugin.provider import InvalidInputsError
from sandbox.plugin.wire import UNKNOWN, Props


@dataclass(frozen=True, slots=True)
class Release:
    """One release, as its inputs describe it.

    Attributes:
        values: that go before the chart's own.
    """

    name: str
    namespace: str
    version: str
    values: Props

    def value(self, path: str, default: Any) -> Any:
        """The value at a path such as `operator.name`, the default where the release gives none."""
        found: Any = self.values
        for key in path.split("."):
            found = cast("Props", found).get(key) if isinstance(found, dict) else None
        return default if found is None else found


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a release puts into a cluster.

    Attributes:
        objects: in the order of their making.
        companions: programs beside the control plane, in place of the pods that cannot run.
    """

    objects: Sequence[Object]
    companions: Sequence[Companion] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that the sandbox knows.

    Attributes:
        repository: URL that serves it.
        versions: how a version begins whose values and objects these are.
        application: version of the program that it installs.
        followed: paths of values that change what a release does here; with all below them.
        kept: paths of values that are read only where containers run, and kept in the release alone.
        render: a release of it beside a control plane.
        programs: names of all companions that a release may have.
    """

    name: str
    repository: str
    versions: str
    application: str
    followed: frozenset[str]
    kept: frozenset[str]
    render: Callable[[Release, ControlPlane], Rendered]
    programs: Sequence[str] = field(default=())

    def require_known(self, values: Props) -> None:
        """Refuse values that the chart does not have, as far as the sandbox knows.

        Raises:
            InvalidInputsError: with each unknown path, and the known ones.
        """
        known = self.followed | self.kept
        unknown = [path for path in _leaves(values) if not _is_below(path, known)]
        if unknown:
            words = ", ".join(sorted(known))
            raise InvalidInputsError(
                [(f"values.{path}", f"no value of chart {self.name} that the sandbox knows; known are {words}")
                 for path in unknown]
            )  # fmt: skip


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def _leaves(values: Props, above: str = "") -> Iterator[str]:
    for key, value in values.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, dict) and value:
            yield from _leaves(cast("Props", value), path)
        elif value != UNKNOWN:
            yield path


def _is_below(path: str, known: frozenset[str]) -> bool:
    return any(path == one or path.startswith(f"{one}.") for one in known)

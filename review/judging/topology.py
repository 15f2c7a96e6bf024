"""What a change does to the sites: what is disrupted together, and the capacity before and after."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from review.assessment import Fact, Level
from review.estate.lookup import joined, number
from review.estate.sites import GPUS_PER_INSTANCE, Site, View
from review.judging import drain
from review.judging.compare import plain
from review.judging.hazards import Hazard
from review.judging.updates import Impact

_Pair: TypeAlias = list[Site]
_Place: TypeAlias = tuple[str, str, str]
_Hazards: TypeAlias = Mapping[_Place, list[Hazard]]
_NONE, _SPOT = "none", "SPOT"
_SHOWN: Final = 3
_TOGETHER: Final[Mapping[Impact, tuple[Level, str]]] = {
    Impact.NONE: (Level.SAFE, ""),
    Impact.ROLLS: (
        Level.CARE,
        "one change rolls all of them ({}), so what is wrong with it is wrong everywhere at once",
    ),
    Impact.DISRUPTS: (
        Level.BLOCKED,
        "one change disrupts all of them ({}), and leaves none alone to take the traffic over",
    ),
}


def facts(found: Iterable[Site], hazards: Iterable[Hazard]) -> list[Fact]:
    """Return the facts of sites, and of the sites that share a region: those stand in for each other."""
    regions: dict[tuple[str, str], _Pair] = defaultdict(list)
    for site in found:
        regions[site.stack, site.region].append(site)
    placed = _by_place(hazards)
    listed: list[Fact] = []
    for pair in regions.values():
        if len(pair) > 1:
            listed += _together(pair, placed)
        for site in pair:
            listed += _of_site(site)
    return listed


def _by_place(hazards: Iterable[Hazard]) -> _Hazards:
    """Return the hazards of each place, by stack, region and site; the witness's zone serves nobody."""
    found: dict[_Place, list[Hazard]] = defaultdict(list)
    for hazard in hazards:
        place = hazard.danger.step.place
        if place.site or not place.zone:
            found[hazard.danger.stack, "" if place.site else place.region, place.site].append(hazard)
    return found


def _at(site: Site, hazards: _Hazards) -> list[Hazard]:
    """Return what happens to a site, and to what its region's sites share."""
    return [*hazards.get((site.stack, "", site.name), []), *hazards.get((site.stack, site.region, ""), [])]


def _together(pair: _Pair, hazards: _Hazards) -> Iterator[Fact]:
    subject = f"sites {joined(site.name for site in pair)}"
    yield _disrupted(subject, pair, hazards)
    yield _left(subject, pair)
    was, now = map(_sure, _moments(pair))
    yield plain(subject, "of these, without spot", was, now, "GPUs")


def _disrupted(subject: str, pair: _Pair, hazards: _Hazards) -> Fact:
    found = {site.name: _at(site, hazards) for site in pair if site.before.version}
    serving = {name: max((hazard.impact for hazard in here), default=Impact.NONE) for name, here in found.items()}
    touched = [name for name, impact in serving.items() if impact >= Impact.ROLLS]
    least = min(serving.values(), default=Impact.NONE) if len(serving) > 1 else Impact.NONE
    level, note = _TOGETHER[least]
    return Fact(
        subject=subject,
        quantity="sites that this change disrupts or rolls",
        before=_NONE,
        after=joined(touched) or _NONE,
        level=level,
        note=note.format(_names(found, least)) if note else "",
    )


def _names(found: Mapping[str, list[Hazard]], impact: Impact) -> str:
    """Return the types of what has at least this impact, the first few."""
    steps = (hazard.danger.step for here in found.values() for hazard in here if hazard.impact >= impact)
    kinds = sorted({step.type.rsplit(":", maxsplit=1)[-1] for step in steps})
    more = [f"{len(kinds) - _SHOWN} more"] if len(kinds) > _SHOWN else []
    return joined([*kinds[:_SHOWN], *more])


def _moments(pair: _Pair) -> tuple[list[View], list[View]]:
    return [site.before for site in pair], [site.after for site in pair]


def _left(subject: str, pair: _Pair) -> Fact:
    """GPUs that the city keeps when its largest site is gone, against what all its replicas at their floor need."""
    was, now = _moments(pair)
    left, need = _without_largest(now), sum(view.floor for view in now)
    level = _shortage(left, need, _without_largest(was), sum(view.floor for view in was))
    return Fact(
        subject=subject,
        quantity="GPUs left after losing the largest site",
        unit="GPUs",
        before=_shown(_without_largest(was), was),
        after=_shown(left, now),
        level=level,
        note=f"{left} GPUs are left when the largest site is lost, and the replicas' floor needs {need}"
        if level
        else "",
    )


def _sure(views: list[View]) -> str:
    """Return the same without spot, which AWS takes back at any time."""
    kept = [sum(group.gpus for group in view.groups if group.capacity != _SPOT) for view in views]
    return _shown(sum(kept) - max(kept), views)


def _without_largest(views: list[View]) -> int:
    gpus = [view.gpus for view in views]
    return sum(gpus) - max(gpus)


def _shown(gpus: int, views: list[View]) -> str:
    return str(gpus) if any(view.version for view in views) else ""


def _shortage(has: int, need: int, had: int, needed: int) -> Level:
    """Grade a shortage: one that the change makes or deepens is blocked, an old one needs care."""
    if has >= need:
        return Level.SAFE
    return Level.CARE if had < needed and has - need >= had - needed else Level.BLOCKED


def _of_site(site: Site) -> Iterator[Fact]:
    subject, was, now = f"site {site.name}", site.before, site.after
    yield _version(subject, was.version, now.version)
    yield plain(subject, "GPU capacity kinds", _kinds(was), _kinds(now))
    yield _types_of(subject, was, now)
    yield plain(subject, "GPU nodes, minimum", _nodes(was), _nodes(now))
    yield _gpus(subject, was, now)
    old = {workload.name: workload for workload in was.workloads}
    new = {workload.name: workload for workload in now.workloads}
    for name in {**old, **new}:
        yield from drain.facts(f"{subject}, {name}", old.get(name), new.get(name))


def _kinds(view: View) -> str:
    return joined(sorted({group.capacity for group in view.groups}))


def _types(view: View) -> str:
    return joined(sorted({each for group in view.groups for each in group.types}))


def _types_of(subject: str, was: View, now: View) -> Fact:
    strange = sorted({each for group in now.groups for each in group.types if each not in GPUS_PER_INSTANCE})
    return Fact(
        subject=subject,
        quantity="GPU instance types",
        before=_types(was),
        after=_types(now),
        level=Level.CARE if strange else Level.SAFE,
        note=f"{joined(strange)} counts as without GPUs: add it to data/gpus.json" if strange else "",
    )


def _nodes(view: View) -> int | None:
    return sum(group.minimum for group in view.groups) if view.version else None


def _gpus(subject: str, was: View, now: View) -> Fact:
    level = _shortage(now.gpus, now.floor, was.gpus, was.floor)
    return Fact(
        subject=subject,
        quantity="GPUs, minimum",
        unit="GPUs",
        before=_shown(was.gpus, [was]),
        after=_shown(now.gpus, [now]),
        level=level,
        note=f"{now.gpus} GPUs can not hold its own replicas' floor, which needs {now.floor}" if level else "",
    )


def _version(subject: str, was: str, now: str) -> Fact:
    level, note = Level.SAFE, ""
    if was and now and was != now:
        old, new = (number(each.partition(".")[2]) for each in (was, now))
        level = Level.CARE
        # One minor version at a time, and never back: https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html
        one_up = old is not None and new == old + 1
        note = "a version is not taken back" if one_up else "EKS moves up one minor version at a time only"
    return Fact(subject=subject, quantity="Kubernetes version", before=was, after=now, level=level, note=note)

"""What a change does to the sites: what is disrupted together, and the capacity, drain and ranges before and after."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from review.assessment import Fact, Level
from review.hazards import Hazard
from review.lookup import joined
from review.sites import Site, View, Workload
from review.updates import Impact

_Pair: TypeAlias = list[Site]
_NONE: Final = "none"


def facts(found: Iterable[Site], hazards: Iterable[Hazard]) -> list[Fact]:
    """Return the facts of sites, and of the sites that share a region: those stand in for each other."""
    regions: dict[tuple[str, str], _Pair] = defaultdict(list)
    for site in found:
        regions[site.stack, site.region].append(site)
    impacts = _impacts(hazards)
    listed: list[Fact] = []
    for pair in regions.values():
        if len(pair) > 1:
            listed += _together(pair, impacts)
        for site in pair:
            listed += _of_site(site)
    return listed


def _impacts(hazards: Iterable[Hazard]) -> Mapping[tuple[str, str], Impact]:
    worst: dict[tuple[str, str], Impact] = defaultdict(lambda: Impact.NONE)
    for hazard in hazards:
        key = hazard.danger.stack, hazard.danger.step.place.site
        worst[key] = max(worst[key], hazard.impact)
    return worst


def _together(pair: _Pair, impacts: Mapping[tuple[str, str], Impact]) -> Iterator[Fact]:
    subject = f"sites {joined(site.name for site in pair)}"
    yield _disrupted(subject, pair, impacts)
    yield _left(subject, pair)


def _disrupted(subject: str, pair: _Pair, impacts: Mapping[tuple[str, str], Impact]) -> Fact:
    serving = [site for site in pair if site.before.version]
    disrupted = [site.name for site in serving if impacts.get((site.stack, site.name)) is Impact.DISRUPTS]
    touched = [site.name for site in serving if impacts.get((site.stack, site.name), Impact.NONE) >= Impact.ROLLS]
    level, note = Level.SAFE, ""
    if len(serving) > 1 and len(disrupted) == len(serving):
        level, note = Level.BLOCKED, f"{subject} are disrupted by one change, and nothing is left in the city to serve"
    elif len(serving) > 1 and len(touched) == len(serving):
        level, note = Level.CARE, f"{subject} are changed together: what is wrong with it is wrong in both at once"
    return Fact(
        subject=subject,
        quantity="sites disrupted or rolled by this change",
        before=_NONE,
        after=joined(touched) or _NONE,
        level=level,
        note=note,
    )


def _left(subject: str, pair: _Pair) -> Fact:
    """GPUs that the city keeps when its largest site is gone, against what all its replicas at their floor need."""
    was, now = ([site.before for site in pair], [site.after for site in pair])
    left, need = _without_largest(now), sum(view.floor for view in now)
    level, note = _shortage(left, need, _without_largest(was), sum(view.floor for view in was))
    return Fact(
        subject=subject,
        quantity="GPUs left after losing the largest site",
        unit="GPUs",
        before=_shown(_without_largest(was), was),
        after=_shown(left, now),
        level=level,
        note=f"{note}, and the replicas' floor needs {need}: raise the node groups' minimum" if note else "",
    )


def _without_largest(views: list[View]) -> int:
    gpus = [view.gpus for view in views]
    return sum(gpus) - max(gpus)


def _shown(gpus: int, views: list[View]) -> str:
    return str(gpus) if any(view.version for view in views) else ""


def _shortage(has: int, need: int, had: int, needed: int) -> tuple[Level, str]:
    """Grade a shortage: one that the change makes or deepens is blocked, an old one needs care."""
    if has >= need:
        return Level.SAFE, ""
    old = had < needed and has - need >= had - needed
    return (Level.CARE if old else Level.BLOCKED), f"{has} GPUs are {'still too few' if old else 'too few'}"


def _of_site(site: Site) -> Iterator[Fact]:
    subject, was, now = f"site {site.name}", site.before, site.after
    yield _version(subject, was.version, now.version)
    yield _plain(subject, "GPU capacity kinds", _kinds(was), _kinds(now))
    yield _plain(subject, "GPU instance types", _types(was), _types(now))
    yield _plain(subject, "GPU nodes, minimum", _nodes(was), _nodes(now))
    yield _gpus(subject, was, now)
    old = {workload.name: workload for workload in was.workloads}
    new = {workload.name: workload for workload in now.workloads}
    for name in {**old, **new}:
        yield from _of_workload(f"{subject}, {name}", old.get(name), new.get(name))


def _plain(subject: str, quantity: str, was: object, now: object, unit: str = "") -> Fact:
    return Fact(subject=subject, quantity=quantity, unit=unit, before=_text(was), after=_text(now))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _kinds(view: View) -> str:
    return joined(sorted({group.capacity for group in view.groups}))


def _types(view: View) -> str:
    return joined(sorted({each for group in view.groups for each in group.types}))


def _nodes(view: View) -> int | None:
    return sum(group.minimum for group in view.groups) if view.version else None


def _gpus(subject: str, was: View, now: View) -> Fact:
    level, note = _shortage(now.gpus, now.floor, was.gpus, was.floor)
    return Fact(
        subject=subject,
        quantity="GPUs, minimum",
        unit="GPUs",
        before=_shown(was.gpus, [was]),
        after=_shown(now.gpus, [now]),
        level=level,
        note=f"{note} for its own replicas' floor of {now.floor}" if note else "",
    )


def _version(subject: str, was: str, now: str) -> Fact:
    level, note = Level.SAFE, ""
    if was and now and was != now:
        old, new = (int(each.partition(".")[2] or 0) for each in (was, now))
        level = Level.CARE
        # One minor version at a time, and never back: https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html
        note = "a version is not taken back" if new == old + 1 else "EKS moves up one minor version at a time only"
    return Fact(subject=subject, quantity="Kubernetes version", before=was, after=now, level=level, note=note)


def _of_workload(subject: str, was: Workload | None, now: Workload | None) -> Iterator[Fact]:
    yield _lowered(subject, "replicas, minimum", was and was.minimum, now and now.minimum)
    yield _lowered(subject, "replicas, maximum", was and was.maximum, now and now.maximum)
    yield _plain(subject, "GPUs of one replica", was and was.gpus, now and now.gpus, "GPUs")
    yield _plain(subject, "disruption budget", was and was.budget, now and now.budget)
    yield _plain(subject, "grace at a drain", was and was.grace, now and now.grace, "s")
    yield _plain(subject, "wait before stop", was and was.pre_stop, now and now.pre_stop, "s")
    yield _streaming(subject, was, now)
    yield _plain(subject, "longest cold start", was and was.cold_start, now and now.cold_start, "s")
    yield _lowered(
        subject,
        "scale-down stabilisation",
        was and was.stabilisation,
        now and now.stabilisation,
        "s",
        "pods come and go more often",
    )


def _lowered(
    subject: str, quantity: str, was: int | None, now: int | None, unit: str = "", note: str = "less room for load"
) -> Fact:
    fell = was is not None and now is not None and now < was
    return Fact(
        subject=subject,
        quantity=quantity,
        unit=unit,
        before=_text(was),
        after=_text(now),
        level=Level.CARE if fell else Level.SAFE,
        note=note if fell else "",
    )


def _streaming(subject: str, was: Workload | None, now: Workload | None) -> Fact:
    """Seconds that the longest stream has to end at a drain: grace less the wait before the server is told."""
    had, has = was and was.streaming, now and now.streaming
    fact = _lowered(subject, "time to end a stream at a drain", had, has, "s", "longer answers are cut off")
    if has is None or has > 0:
        return fact
    return Fact(
        subject=subject,
        quantity=fact.quantity,
        unit="s",
        before=fact.before,
        after=fact.after,
        level=Level.BLOCKED if fact.changed else Level.CARE,
        note="the pod is killed before its server was told to stop: every stream is cut off",
    )

"""Groups that vote, MySQL group replication, etcd and Consul: whether a change leaves each its majority all along."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from quorum import Group, tolerated
from review.assessment import Fact, Level
from review.estate.lookup import all_steps, at, items, joined, mapping, number, text
from review.estate.sites import Moment, after, before
from review.plan import Operation, Plan, State, Step

_INSTANCE: Final = "aws:rds/instance:Instance"
_PARAMETERS: Final = "aws:rds/parameterGroup:ParameterGroup"
_STATEFUL_SET: Final = "kubernetes:apps/v1:StatefulSet"
_VOTERS: Final = ("consul", "etcd")
# The parameters of a member, and the name that all members share:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-parameters.html
_ENABLED, _GROUP_NAME = "rds.group_replication_enabled", "group_replication_group_name"
_TAG: Final = "group-replication"
# A change of these restarts a member, or, for the parameter group, waits for a restart:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html
_RESTARTS: Final = ("instanceClass", "engineVersion", "parameterGroupName", "storageType")


def facts(plans: Iterable[Plan]) -> list[Fact]:
    """Return the facts of every voting group, before and after, and of each replica's source."""
    steps = [step for _, step in all_steps(plans) if step.type in {_INSTANCE, _PARAMETERS, _STATEFUL_SET}]
    databases = [step for step in steps if step.type == _INSTANCE]
    return [
        *_databases(databases, [step for step in steps if step.type == _PARAMETERS]),
        *(_replication(step) for step in databases if _source(step.before) or _source(step.after)),
        *(fact for step in steps if step.type == _STATEFUL_SET and _votes(step) for fact in [_voters(step)]),
    ]


def _databases(databases: Iterable[Step], parameters: Iterable[Step]) -> Iterator[Fact]:
    groups = {moment: _group_of_parameters(parameters, moment) for moment in (before, after)}
    members: dict[str, list[Step]] = defaultdict(list)
    for step in databases:
        names = [_group(moment(step), groups[moment]) for moment in (before, after)]
        if name := names[0] or names[1]:
            members[name].append(step)
    for steps in members.values():
        yield _majority("database group", _change(steps, groups))
        yield _zones("database group", _change(steps, groups))


def _group_of_parameters(steps: Iterable[Step], moment: Moment) -> Mapping[str, str]:
    """Return, by the name of a parameter group of a member, the name of the replication group."""
    found: dict[str, str] = {}
    for step in steps:
        state = moment(step)
        given = {text(mapping(each).get("name")): mapping(each).get("value") for each in items(at(state, "parameters"))}
        if str(given.get(_ENABLED)) == "1":
            found[text(at(state, "name")) or step.name] = text(given.get(_GROUP_NAME)) or "unnamed"
    return found


def _group(state: State | None, groups: Mapping[str, str]) -> str:
    if state is None:
        return ""
    return groups.get(text(at(state, "parameterGroupName"))) or text(at(state, "tags", _TAG))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A group as it is and as it will be, and the members that are away at some time meanwhile."""

    was: Group
    now: Group
    away: tuple[str, ...]


def _change(steps: Iterable[Step], groups: Mapping[Moment, Mapping[str, str]]) -> _Change:
    members = [*steps]
    held = {
        moment: Group(
            zones={
                step.name: frozenset({_zone(step, moment)}) for step in members if _group(moment(step), groups[moment])
            }
        )
        for moment in (before, after)
    }
    away = tuple(step.name for step in members if step.name in held[before].zones and _goes_away(step))
    return _Change(was=held[before], now=held[after], away=away)


def _zone(step: Step, moment: Moment) -> str:
    """Return the member's zone; one with a standby, which AWS places itself, is in a zone of its own until then."""
    return text(at(moment(step), "availabilityZone")) or step.place.zone or f"the zone of {step.name}"


def _goes_away(step: Step) -> bool:
    if step.operation in {Operation.DELETE, Operation.REPLACE}:
        return True
    return any(change.path in _RESTARTS and not change.computed for change in step.changes)


def _majority(subject: str, change: _Change) -> Fact:
    level, note = Level.SAFE, ""
    if change.was.size and not change.was.keeps(change.away):
        level = Level.BLOCKED
        note = (
            f"{joined(change.away)} are away at once, and {tolerated(change.was.size)} of {change.was.size} may be;"
            " the majority is lost and nothing can be written; change one member in each pull request"
        )
    elif tolerated(change.now.size) < tolerated(change.was.size):
        level, note = Level.CARE, f"{change.now.size} members survive {tolerated(change.now.size)} failures"
    elif change.now.size and change.now.size % 2 == 0:
        level, note = Level.CARE, "an even number survives no more than one member less does"
    return Fact(
        subject=subject,
        quantity="members, and failures survived",
        before=_size(change.was),
        after=_size(change.now),
        level=level,
        note=note,
    )


def _size(group: Group) -> str:
    return f"{group.size}, survives {tolerated(group.size)}" if group.size else ""


def _zones(subject: str, change: _Change) -> Fact:
    fatal, old = change.now.fatal_zones(), change.was.fatal_zones()
    level, note = Level.SAFE, ""
    if fatal and change.now.size > 1:
        level = Level.CARE if fatal == old else Level.BLOCKED
        note = f"the loss of {joined(fatal)} alone takes the majority: spread the members over three zones"
    return Fact(
        subject=subject,
        quantity="zones whose loss takes the majority",
        before=joined(old) or ("none" if change.was.size else ""),
        after=joined(fatal) or ("none" if change.now.size else ""),
        level=level,
        note=note,
    )


def _source(state: State | None) -> str:
    return text(at(state, "replicateSourceDb"))


def _replication(step: Step) -> Fact:
    was, now = _source(step.before), _source(step.after)
    stops = bool(was) and was != now
    return Fact(
        subject=f"database {step.name}",
        quantity="replicates from",
        before=was,
        after=now,
        level=Level.CARE if stops else Level.SAFE,
        note="replication from its source ends: a failover from now on loses what comes later" if stops else "",
    )


def _votes(step: Step) -> bool:
    name = text(at(step.after or step.before, "metadata", "name")) or step.name
    return any(voter in name for voter in _VOTERS)


def _voters(step: Step) -> Fact:
    """Members of a StatefulSet that votes: the cluster is not told of one that leaves, so one by one is the way."""
    was, now = (number(at(state, "spec", "replicas")) for state in (step.before, step.after))
    level, note = Level.SAFE, ""
    if was and (now or 0) < was and was - (now or 0) > tolerated(was):
        level = Level.BLOCKED
        note = f"{was - (now or 0)} of {was} members leave at once, and the majority with them: remove one at a time"
    elif was and now and tolerated(now) < tolerated(was):
        level, note = Level.CARE, f"{now} members survive {tolerated(now)} failures"
    return Fact(
        subject=f"{step.name}{f' in site {step.place.site}' if step.place.site else ''}",
        quantity="voting members",
        before="" if was is None else str(was),
        after="" if now is None else str(now),
        level=level,
        note=note,
    )

"""What a change means: the contract between judging a plan and rendering it. Renderers read nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum

from review.plan import Plan, Step


class Level(IntEnum):
    """How much attention something needs; the greatest of its parts is the whole's."""

    SAFE = 0
    CARE = 1
    BLOCKED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """A replacement or deletion, or an update that stops service.

    Attributes:
        stack: the stack's name.
        step: what happens.
        level: CARE or BLOCKED.
        stateful: whether the resource holds data.
        consequence: what is lost or stands still meanwhile, in a sentence.
        avoid: how to reach the same end without it, in a sentence.
    """

    stack: str
    step: Step
    level: Level
    stateful: bool
    consequence: str
    avoid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One property of the topology, before and after.

    Attributes:
        subject: what it is said of, e.g. `site a`, `prod`, `both active sites`.
        quantity: e.g. `GPUs left after losing the largest site`.
        unit: e.g. `GPUs`, `s`; empty where the quantity is a word.
        before: as text; empty where there was nothing.
        after: as text; empty where nothing is left.
        level: SAFE where the change is harmless, or there is none.
        note: why the level is what it is; empty where it is SAFE.
    """

    subject: str
    quantity: str
    unit: str = ""
    before: str = ""
    after: str = ""
    level: Level = Level.SAFE
    note: str = ""

    @property
    def changed(self) -> bool:
        """Whether before and after differ."""
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Money of one site, or of what a region's sites share.

    Attributes:
        stack: the stack's name.
        region: AWS region.
        site: the site's letter; empty for what is shared.
        before: US dollars a month, known prices only.
        after: the same, after the change.
        unpriced: what has no price in the table: type and kind, with its count.
        formula: the sum in words, e.g. `3 x p5en.48xlarge x 730 h x 63.30 USD/h`.
        comparable: whether `after` less `before` is the difference: not where the number of what has no price differs.
    """

    stack: str
    region: str
    site: str
    before: Decimal
    after: Decimal
    unpriced: tuple[str, ...] = ()
    formula: tuple[str, ...] = ()
    comparable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The first line of a report: the level, and its reason in one sentence."""

    level: Level
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that a report shows.

    Attributes:
        verdict: the first line.
        plans: one per stack, in the order in which they are run.
        dangers: worst first.
        facts: the topology, changed facts first within a subject.
        costs: per stack and site.
        prices: where the prices come from: a date and a source.
        fingerprint: hash over what the plans would do, equal for equal plans.
        fingerprints: the same of each stack's plan alone, by stack.
        commit: of the checkout; empty outside a repository.
        tools: names and versions that made the plans.
    """

    verdict: Verdict
    plans: tuple[Plan, ...]
    dangers: tuple[Danger, ...] = ()
    facts: tuple[Fact, ...] = ()
    costs: tuple[Cost, ...] = ()
    prices: str = ""
    fingerprint: str = ""
    fingerprints: Mapping[str, str] = field(default_factory=dict[str, str])
    commit: str = ""
    tools: Mapping[str, str] = field(default_factory=dict[str, str])

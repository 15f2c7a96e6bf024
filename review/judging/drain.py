"""How the pods of a workload come and go: bounds, drain and start, before and after."""

from collections.abc import Iterator

from review.assessment import Fact, Level
from review.estate.sites import Workload
from review.judging.compare import lowered, plain


def facts(subject: str, was: Workload | None, now: Workload | None) -> Iterator[Fact]:
    """Yield what holds of one workload's replicas, drain and start."""
    yield lowered(subject, "replicas, minimum", was and was.minimum, now and now.minimum)
    yield lowered(subject, "replicas, maximum", was and was.maximum, now and now.maximum)
    yield plain(subject, "GPUs of one replica", was and was.gpus, now and now.gpus, "GPUs")
    yield plain(subject, "disruption budget", was and was.budget, now and now.budget)
    yield plain(subject, "grace at a drain", was and was.grace, now and now.grace, "s")
    yield plain(subject, "wait before stop", was and was.pre_stop, now and now.pre_stop, "s")
    yield _streaming(subject, was, now)
    yield plain(subject, "longest start of its server", was and was.start, now and now.start, "s")
    if (was and was.cold_start) or (now and now.cold_start):
        yield plain(subject, "cold start of a replica", was and was.cold_start, now and now.cold_start, "s")
    yield lowered(
        subject,
        "scale-down stabilisation",
        was and was.stabilisation,
        now and now.stabilisation,
        "s",
        "pods come and go more often",
    )


def _streaming(subject: str, was: Workload | None, now: Workload | None) -> Fact:
    """Seconds that the longest stream has to end at a drain: grace less the wait before the server is told."""
    had, has = was and was.streaming, now and now.streaming
    fact = lowered(subject, "time to end a stream at a drain", had, has, "s", "longer answers are cut off")
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

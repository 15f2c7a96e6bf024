"""More than is allowed, and more than there is: the limit of one client, and load above all capacity."""

from collections.abc import Callable, Sequence

from drawing.chart import Mark
from sandbox.access.client import Request
from sandbox.access.load import CLIENTS, OK, Sample, Source, Stream
from sandbox.access.rig import Rig
from sandbox.access.scenarios.scenario import Found, Scenario, Timeline, between, failed_percent, latency_ms
from sandbox.rehearsal.figures import Figure, at_least, at_most, percentile, share

TOO_MANY = 429
UNAVAILABLE = 503
BEFORE, AFTER = 10.0, 30.0
GREEDY = CLIENTS + 1
"""A client that the even load does not use."""

OTHERS_RATE = 20.0
OVER = 3
SERVICE_SECONDS = 4.0
"""Of a request while capacity is short: long, so that few requests/s fill all slots."""

GOODPUT_PERCENT = 90.0
SHED_MS = 100.0


async def _rate(rig: Rig, scale: float) -> Found:
    limit, burst = rig.setting("client", "requests_per_second"), rig.setting("client", "burst")
    name, source, line = next(iter(rig.sites)), rig.source, Timeline(rig.load())
    begin, end = BEFORE * scale, (BEFORE + AFTER) * scale

    async def act(line: Timeline) -> None:
        await line.at(begin)
        line.mark(f"one client begins to send {OVER} times its limit")

    greedy = Stream(lambda: name, OVER * limit, _greedy(source), end, "greedy", begin)
    others = Stream(lambda: name, OTHERS_RATE, source.mixed, end, "others")
    await line.run([others, greedy], act)
    samples = line.load.samples
    answers = [each.answer for each in samples if each.kind == "greedy"]
    granted = sum(answer.status == OK for answer in answers)
    refused = [answer for answer in answers if answer.status == TOO_MANY]
    rate = (granted - burst) / (end - begin)
    told = sum(bool(answer.headers.get("retry-after")) for answer in refused)
    rest = [each for each in samples if each.kind == "others"]
    figures = [
        at_most(
            f"its rate after a burst of {burst}, off from {limit}/s",
            share(abs(rate - limit), limit),
            5,
            "%",
            f"{rate:.1f}/s",
        ),
        at_least("refusals with Retry-After", share(told, len(refused)), 100, "%", f"{len(refused)} answers of 429"),
        at_most("requests of others refused or failed", _not_answered(rest), 0, "%", f"{len(rest)} requests"),
        Figure("p99 of others before", latency_ms(between(rest, 0, begin), 99), "ms"),
        Figure("p99 of others meanwhile", latency_ms(between(rest, begin, end), 99), "ms"),
    ]
    return Found(figures, samples, line.marks)


async def _overload(rig: Rig, scale: float) -> Found:
    await rig.set_models(seconds=SERVICE_SECONDS)
    slots = sum(len(site.layout.models) for site in rig.sites.values()) * rig.served.slots
    capacity = slots / SERVICE_SECONDS
    line, begin = Timeline(rig.load()), 2 * SERVICE_SECONDS  # by then every slot is full
    end = begin + AFTER * scale
    rate = OVER * capacity / len(rig.sites)
    line.marks.append(Mark(0.0, f"{OVER} times the capacity of {capacity:.0f} requests/s"))
    await line.load.run([Stream(lambda name=name: name, rate, rig.source.mixed, end) for name in rig.sites])
    await rig.set_models()
    return Found(_shed_figures(line.load.samples, begin, end, capacity), line.load.samples, line.marks)


def _shed_figures(samples: Sequence[Sample], begin: float, end: float, capacity: float) -> list[Figure]:
    done = [each for each in samples if each.answer.status == OK]
    good = sum(begin <= each.at + each.answer.seconds < end for each in done) / (end - begin)
    sent = between(samples, begin, end)
    shed = [each.answer for each in sent if each.answer.status == UNAVAILABLE]
    told = sum(bool(answer.headers.get("retry-after")) for answer in shed)
    lost = [each for each in sent if each.failed and each.answer.status != UNAVAILABLE]
    late = 1000 * percentile([each.seconds for each in shed], 99)
    taken = f"a request takes {SERVICE_SECONDS:.0f} s"
    return [
        at_least("goodput of capacity", share(good, capacity), GOODPUT_PERCENT, "%", f"{good:.1f} of {capacity:.0f}/s"),
        at_most("p99 until a shed request is told", late, SHED_MS, "ms"),
        at_least("shed with Retry-After", share(told, len(shed)), 100, "%", f"{len(shed)} answers of 503"),
        at_most("failed in another way", len(lost), 0, "requests"),
        Figure("p99 of those answered", latency_ms(done, 99), "ms", note=taken),
    ]


def _greedy(source: Source) -> Callable[[], Request]:
    return lambda: source.chat(GREEDY, "greedy")


def _not_answered(samples: Sequence[Sample]) -> float:
    refused = sum(each.answer.status == TOO_MANY for each in samples)
    return failed_percent(samples) + share(refused, len(samples))


SCENARIOS = (
    Scenario("rate", "one client sends three times its limit", _rate),
    Scenario("overload", "three times the capacity of all model servers", _overload),
)

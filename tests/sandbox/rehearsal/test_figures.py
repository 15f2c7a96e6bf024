import math

from drawing.chart import Mark
from sandbox.access.client import Answer
from sandbox.access.load import Sample
from sandbox.access.plot import timeline
from sandbox.rehearsal.figures import Figure, as_json, at_least, at_most, percentile, table


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3, 1, 2], 50) == 2
    assert percentile(range(1, 1001), 99) == 990
    assert math.isnan(percentile([], 99))


def test_what_is_no_number_holds_no_bound() -> None:
    assert at_most("one", 1, 1, "s").held is True
    assert at_most("one", 1.01, 1, "s").held is False
    assert at_least("none", math.nan, 0, "%").held is False
    assert at_most("none", math.nan, 1, "%").held is False
    assert Figure("shown", 1, "s").held is None


def test_the_table_says_what_did_not_hold() -> None:
    lines = table([("rate", [at_most("off", 6.5, 5, "%", "21/s"), Figure("p99", 1234, "ms")])]).splitlines()
    assert lines[1].split() == ["rate", "off", "(21/s)", "6.5", "%", "<=", "5", "%", "NO"]
    assert lines[2].split() == ["rate", "p99", "1,234", "ms"]


def test_json_has_null_for_what_is_no_number() -> None:
    [figure] = as_json([("rate", [at_most("off", math.nan, 5, "%")])])["rate"]
    assert (figure["value"], figure["held"]) == (None, False)


def test_the_timeline_has_a_column_for_each_site_and_gaps_where_nothing_was_answered() -> None:
    answers = [Answer(200, seconds=0.1), Answer(0, error="closed"), Answer(200, seconds=0.2)]
    samples = [Sample(second, site, "", answer) for site in "ab" for second, answer in enumerate(answers)]
    drawn = timeline("<killed>", samples, [Mark(1.0, "site a killed")])
    assert drawn.count(">site a<") == drawn.count(">site b<") == 1
    assert "&lt;killed&gt;" in drawn
    assert "1: site a killed, at 1 s" in drawn
    latency = [line for line in drawn.splitlines() if line.startswith("<path") and line.count("M") == 2]
    assert len(latency) == 4

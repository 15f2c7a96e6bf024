import io
from types import SimpleNamespace
from typing import Any

from sandbox.lifecycle.report import Report
from sandbox.progress import Progress, Step


def event(**given: Any) -> Any:
    kinds = ("res_outputs_event", "res_op_failed_event", "diagnostic_event", "policy_event")
    return SimpleNamespace(**{kind: given.get(kind) for kind in kinds})


def report() -> tuple[Report, io.StringIO]:
    stream = io.StringIO()
    return Report("up prod", Progress(stream, live=False), Step("up prod", 0.0)), stream


def diagnostic(severity: str, message: str) -> Any:
    return event(diagnostic_event=SimpleNamespace(severity=severity, message=message, urn="urn:pulumi:p::q::t::vpc"))


def test_an_error_is_said_once_and_names_its_resource() -> None:
    heard, stream = report()
    heard.event(diagnostic("error", "no\n  room"))
    heard.event(diagnostic("error", "no room"))
    assert heard.failure("raw") == "up prod failed: vpc: no room"
    assert not stream.getvalue()


def test_what_the_program_refused_is_said_once() -> None:
    heard, stream = report()
    for message in ("platform.region: mars", "an unhandled error occurred: platform.region: mars"):
        heard.event(event(diagnostic_event=SimpleNamespace(severity="error", message=message, urn="")))
    assert heard.failure("raw") == "up prod failed: platform.region: mars"
    assert not stream.getvalue()


def test_further_errors_come_before_the_first_and_are_counted() -> None:
    heard, stream = report()
    heard.event(diagnostic("error", "one"))
    heard.event(diagnostic("error", "two"))
    assert heard.failure("raw") == "up prod failed: vpc: one (and 1 more above)"
    assert stream.getvalue() == "also: vpc: two\n"


def test_a_mandatory_policy_is_an_error_and_an_advisory_one_a_warning() -> None:
    heard, stream = report()
    for level in ("mandatory", "advisory"):
        policy = SimpleNamespace(enforcement_level=level, policy_name=level, message="x", resource_urn="")
        heard.event(event(policy_event=policy))
    assert stream.getvalue() == "warning: policy advisory: x\n"
    assert heard.failure("raw") == "up prod failed: policy mandatory: x"


def test_what_an_interrupted_engine_says_of_its_end_is_no_news() -> None:
    heard, stream = report()
    heard.interrupt()
    heard.event(diagnostic("error", "update canceled"))
    assert (heard.errors, stream.getvalue()) == ([], "")


def test_a_killed_engine_is_named() -> None:
    heard, _ = report()
    heard.output("+ vpc creating")
    assert "the engine was killed; run it again" in heard.failure(" code: -9\n stdout: ...")


def test_without_an_error_the_engines_last_words_are_given() -> None:
    heard, _ = report()
    for line in ("a", "", "b"):
        heard.output(line)
    assert heard.failure("raw") == "up prod failed: a | b"

import io

import pytest

from sandbox.progress import PLAIN_SECONDS, Progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_step_says_why_it_takes_long_and_how_long_it_took() -> None:
    out, clock = io.StringIO(), _Clock()
    with Progress(out, live=False, clock=clock).step("build etcd", "compiled from source"):
        clock.now = 125.0
    assert out.getvalue() == "build etcd (compiled from source) ...\nbuild etcd: done in 2 min 05 s\n"


def test_plain_output_repeats_a_step_only_when_it_is_due() -> None:
    out, clock = io.StringIO(), _Clock()
    progress = Progress(out, live=False, clock=clock)
    with progress.step("build") as step:
        step.count(3, 9, "package")
        progress.tick()
        assert "package" not in out.getvalue()
        clock.now = PLAIN_SECONDS
        progress.tick()
        progress.tick()
    assert out.getvalue().count("  build: package 3 of 9, 15 s\n") == 1


def test_a_failed_step_is_told_as_failed() -> None:
    out = io.StringIO()
    with pytest.raises(ValueError, match="boom"), Progress(out, live=False).step("build"):
        raise ValueError("boom")
    assert "build: failed after 0 s\n" in out.getvalue()


def test_the_credentials_of_urls_are_never_printed() -> None:
    out = io.StringIO()
    Progress(out, live=False).say("looking in https://user:word@proxy.example/simple")
    assert out.getvalue() == "looking in https://***@proxy.example/simple\n"


@pytest.mark.parametrize(
    ("environment", "live"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "CI": "true"}, False), ({"TERM": "dumb"}, False), ({}, False)],
)
def test_the_live_line_is_only_for_a_terminal_outside_ci(environment: dict[str, str], live: bool) -> None:  # noqa: FBT001
    assert Progress.on(_Terminal(), environment).live is live
    assert not Progress.on(io.StringIO(), environment).live


def test_no_control_codes_in_plain_output() -> None:
    out = io.StringIO()
    with Progress(out, live=False).step("build") as step:
        step.note("kube-apiserver")
    assert "\x1b" not in out.getvalue()
    assert "\r" not in out.getvalue()

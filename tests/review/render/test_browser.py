"""The page in a real browser: it lays out, its policy holds, and it is drawn in light and dark."""

import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from review.assessment import Review
from review.render import html
from tests.review.render import reviews

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no chromium on PATH: on Debian and Ubuntu `apt-get install chromium` brings one"
)
# The sandbox of the browser needs user namespaces, which containers often lack; the page is our own file.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
)


def browse(page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Open the page without a network, and wait until the browser has ended."""
    assert BROWSER
    profile = f"--user-data-dir={page.parent / 'profile'}"
    offline = "--proxy-server=127.0.0.1:9"
    log = ("--enable-logging=stderr", "--v=0")
    command = [BROWSER, *FLAGS, profile, offline, *log, *flags, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def written(folder: Path, review: Review) -> Path:
    page = folder / "report.html"
    page.write_text(html.render(review), encoding="utf-8")
    return page


def shot(page: Path, name: str, *flags: str) -> bytes:
    picture = page.parent / name
    browse(page, f"--screenshot={picture}", "--window-size=1180,1600", *flags)
    return picture.read_bytes()


def size(png: bytes) -> tuple[int, int]:
    """Width and height in the header: https://www.w3.org/TR/png-3/#11IHDR."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize("make", [reviews.dangerous, lambda: reviews.many(10_000)], ids=["small", "ten thousand steps"])
def test_page_is_drawn(tmp_path: Path, make: Callable[[], Review]) -> None:
    light = shot(written(tmp_path, make()), "light.png")
    assert size(light) == (1180, 1600)
    # A blank page of this size is compressed to a tenth of that.
    assert len(light) > 60_000


def test_page_has_a_dark_side(tmp_path: Path) -> None:
    page = written(tmp_path, reviews.blocked())
    assert shot(page, "light.png") != shot(page, "dark.png", "--blink-settings=preferredColorScheme=0")


def test_hostile_words_do_not_run_and_are_not_loaded(tmp_path: Path) -> None:
    opened = browse(written(tmp_path, reviews.hostile()), "--dump-dom")
    assert re.findall(r"<title>(.*?)</title>", opened.stdout)[:1] == ["Blocked: review of a change"]
    assert "<script" not in opened.stdout
    assert "CONSOLE" not in opened.stderr


def test_the_browser_finds_every_section(tmp_path: Path) -> None:
    opened = browse(written(tmp_path, reviews.blocked()), "--dump-dom").stdout
    assert re.findall(r'<h2 id="(\w+)"', opened) == [
        "where", "dangers", "topology", "money", "policies", "engine", "properties",
    ]  # fmt: skip


def test_the_policy_stops_a_script_that_got_in(tmp_path: Path) -> None:
    page = written(tmp_path, reviews.nothing())
    page.write_text(page.read_text().replace("</body>", "<script>document.title='owned'</script></body>"))
    opened = browse(page, "--dump-dom")
    assert "<title>owned" not in opened.stdout
    assert "Content Security Policy" in opened.stderr


def sheets(page: Path) -> int:
    """Sheets of paper that the page takes."""
    printed = page.with_suffix(".pdf")
    browse(page, f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    return len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))


def test_printing_unfolds(tmp_path: Path) -> None:
    page = written(tmp_path, reviews.many(200))
    unfolded = sheets(page)
    page.write_text(page.read_text().replace("details::details-content", "details::not-there"))
    assert unfolded > sheets(page) > 1

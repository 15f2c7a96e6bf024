"""The page by its source; test_browser.py opens it."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from review.assessment import Review
from review.plan import Operation, Place
from review.render import html, outline
from review.render.picture import picture
from tests.review.render import reviews
from tests.review.samples import plan, step

VOID = {"meta", "br", "wbr"}


class Page(HTMLParser):
    """Elements with their attributes, words outside the style, and elements left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    def named(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.elements if name == tag)


ALL = {
    each.__name__: each
    for each in (reviews.nothing, reviews.small, reviews.dangerous, reviews.blocked, reviews.several, reviews.hostile)
}


@pytest.fixture(params=ALL)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(html.render(ALL[request.param]()))


def test_every_element_is_closed(page: Page) -> None:
    assert not page.open


def test_nothing_is_loaded_and_nothing_runs(page: Page) -> None:
    names = {name for name, _ in page.elements}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    attributes = {key for _, each in page.elements for key in each}
    assert not {key for key in attributes if key.startswith("on") or key in {"src", "srcset", "action"}}
    assert [each["href"] for each in page.named("a")] == ["#dangers"]


def test_the_policy_of_the_page_forbids_all_but_its_style(page: Page) -> None:
    policy = [each["content"] for each in page.named("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_the_style_asks_for_nothing() -> None:
    style = re.findall(r"<style>(.*?)</style>", html.render(reviews.nothing()), re.DOTALL)
    assert len(style) == 1
    assert not re.search(r"url\(|@import|@font-face", style[0])
    assert "prefers-color-scheme: dark" in style[0]
    assert "@media print" in style[0]


def test_a_reader_without_eyes_finds_the_way(page: Page) -> None:
    ids = {each["id"] for _, each in page.elements if "id" in each}
    assert {each["aria-labelledby"] for each in page.named("section")} <= ids
    drawing = next(page.named("svg"))
    assert drawing["role"] == "img"
    assert set(str(drawing["aria-labelledby"]).split()) <= ids
    assert all(each.get("scope") in {"row", "col"} for each in page.named("th"))
    assert next(page.named("html"))["lang"] == "en"


def test_hostile_words_are_text() -> None:
    page = Page(html.render(reviews.hostile()))
    text = "".join(page.words)
    assert "<script>document.title='owned'</script>" in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", text)


def test_every_changed_resource_is_on_the_page() -> None:
    review = reviews.many(500)
    folds = [each for each in Page(html.render(review)).named("details") if each.get("class") == "resource"]
    assert len(folds) == 400
    assert not any("open" in each for each in folds)


def test_a_small_change_is_unfolded() -> None:
    folds = [each for each in Page(html.render(reviews.small())).named("details") if each.get("class") == "resource"]
    assert len(folds) == 2
    assert all("open" in each for each in folds)


def test_picture_shows_each_region_with_its_sites_and_what_is_touched() -> None:
    review = reviews.dangerous()
    drawn = picture(review, outline.matrix(review))
    assert [(frame.title, [box.title for box in frame.boxes]) for frame in drawn.frames] == [
        ("us-east-1", ["site a", "site b", "shared by its sites"]),
        ("us-west-2", ["site c", "shared by its sites"]),
    ]
    first, second, *_ = drawn.frames[0].boxes
    assert (first.worst, second.worst) == (Operation.REPLACE, None)
    assert [(chip.operation, chip.count) for chip in first.chips] == [
        (Operation.REPLACE, 1), (Operation.DELETE, 1), (Operation.UPDATE, 1),
    ]  # fmt: skip
    assert first.under == "us-east-1a · prod"
    assert first.money == "$324,343 a month"


def test_what_has_no_region_is_drawn_only_where_touched() -> None:
    still = reviews.several()
    assert "without a region" not in {frame.title for frame in picture(still, outline.matrix(still)).frames}
    touched = reviews.review(still.verdict, plan(step(Operation.CREATE, place=Place())))
    assert [frame.title for frame in picture(touched, outline.matrix(touched)).frames] == ["without a region"]


@pytest.mark.parametrize("make", [reviews.several, reviews.many, reviews.five_sites])
def test_boxes_stand_inside_their_frames_and_frames_side_by_side(make: Callable[[], Review]) -> None:
    review = make()
    drawn = picture(review, outline.matrix(review))
    for frame in drawn.frames:
        assert frame.x + frame.width <= drawn.width + 1e-6
        assert frame.y + frame.height <= drawn.height + 1e-6
        for box in frame.boxes:
            assert frame.x < box.x
            assert box.x + box.width < frame.x + frame.width
            assert box.y + box.height < frame.y + frame.height
            assert all(chip.x + chip.width <= box.x + box.width for chip in box.chips)
    ends = [(left.y, left.x + left.width, right.y, right.x) for left, right in pairwise(drawn.frames)]
    assert all(y != below or end < start for y, end, below, start in ends)

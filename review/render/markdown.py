"""One Markdown comment for all stacks: what a reviewer needs to decide first, then why, then every property."""

from collections.abc import Iterator

from review.assessment import Level, Review
from review.plan import Operation
from review.render import outline
from review.render.budget import BUDGET, Section, fit
from review.render.escape import code, prose
from review.render.markdown_properties import properties
from review.render.markdown_tables import dangers, messages, money, places, policies, topology
from review.render.text import counted, difference

VERDICT = {Level.SAFE: "✅ Safe", Level.CARE: "⚠️ Needs care", Level.BLOCKED: "🛑 Blocked"}
_WHERE = f"Whole: `report.html` in the artifact `{outline.ARTIFACT}` of this run."


def render(review: Review, limit: int = BUDGET) -> str:
    """The comment, at most `limit` UTF-8 bytes and so at most as many characters."""
    sections = [*_sections(review)]
    return fit(_head(review), sections, _WHERE, limit)


def _sections(review: Review) -> Iterator[Section]:
    makers = (places, dangers, topology, money, policies, messages, properties)
    return (section for maker in makers for section in maker(review) if section.total or section.before)


def _head(review: Review) -> str:
    title = f"## {VERDICT[review.verdict.level]}: {prose(review.verdict.reason)}\n\n"
    return f"{title}{' · '.join(_numbers(review))}\n\n{_made_by(review)}\n\n"


def _numbers(review: Review) -> Iterator[str]:
    broken = [code(stack) for stack in outline.broken_stacks(review)]
    if broken:
        yield f"**the preview of {', '.join(broken)} failed**, so what follows leaves out what it did not come to"
    if not broken or any(plan.changed for plan in review.plans):
        yield _operations(review)
    if review.dangers:
        yield f"**{counted(len(review.dangers), 'danger')}**"
    if review.costs:
        missing = len(outline.unpriced(review))
        known = f" of known prices, {counted(missing, 'price')} missing" if missing else ""
        said = difference(*outline.money(review))
        unknown = f"**not known** ({said}{known})"
        yield f"cost a month: {f'**{said}**{known}' if outline.is_comparable(review) else unknown}"
    yield f"policies: {outline.outcomes(review)}"


def _operations(review: Review) -> str:
    counts = outline.totals(outline.matrix(review))
    risky = {Operation.REPLACE, Operation.DELETE}
    words = [(each, f"{counts[each]:,} {outline.PAST[each]}") for each in outline.RISK if counts[each]]
    changed = ", ".join(f"**{word}**" if each in risky else word for each, word in words) or "**nothing changes**"
    return f"{changed}, {counts[Operation.SAME] + counts[Operation.READ]:,} unchanged"


def _made_by(review: Review) -> str:
    words = [
        f"commit {code(review.commit, 40)}" if review.commit else "",
        f"preview {outline.seconds(review):.0f} s",
        prose(outline.tools(review), 300),
        f"plan {code(review.fingerprint[:12])}" if review.fingerprint else "",
    ]
    return f"<sub>{' · '.join(word for word in words if word)}</sub>"

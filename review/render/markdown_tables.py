"""The comment's tables: places, dangers, topology, money, policies, the engine's messages."""

from collections.abc import Iterator

from review.assessment import Cost, Danger, Fact, Level, Review
from review.plan import Diagnostic, Outcome, Place, PolicyResult
from review.render import outline
from review.render.budget import Section
from review.render.escape import code, prose, row
from review.render.text import counted, difference, dollars, kind_and_name, logical_name

MARK = {Level.SAFE: "", Level.CARE: "⚠️", Level.BLOCKED: "🛑"}
_OUTCOME = {Outcome.FAIL: "🛑 fail", Outcome.WARN: "⚠️ warn", Outcome.UNKNOWN: "❔ unknown", Outcome.WAIVED: "☑️ waived"}
_FOLD = "<details><summary>{}</summary>\n\n{}\n</details>\n\n"
_OPERATIONS = [f"{outline.SIGN[each]} {each}" for each in outline.RISK]
_NAMED = 3
"""Properties or dependents named in a cell; the others are counted, and named in the property diff or the page."""


def places(review: Review) -> Iterator[Section]:
    """Stacks by operation with region and site; stacks without effect in one line."""
    idle = outline.idle_stacks(review)
    names = {plan.stack for plan in idle}
    rows = [each for each in outline.matrix(review) if each.stack not in names]
    folded = _FOLD.format(f"{counted(len(idle), 'stack')} without effect", _idle(review)) if idle else ""
    if rows:
        head = row(["Stack", "Region", "Site", *_OPERATIONS, "unchanged"])
        yield Section(
            noun="place",
            total=len(rows),
            blocks=(_place(each) for each in rows),
            before=f"{head}|---|---|:-:|--:|--:|--:|--:|--:|\n",
        )
    yield Section(noun="", total=0, blocks=(), before=folded, after="")


def _idle(review: Review) -> str:
    found = [f"{code(plan.stack)} ({counted(plan.kept, 'resource')})" for plan in outline.idle_stacks(review)]
    return "\n".join(f"* {each}" for each in found[:50])


def _place(line: outline.Row) -> str:
    numbers = [f"**{line.counts[each]:,}**" if line.counts[each] else "·" for each in outline.RISK]
    return row(
        [code(line.stack), prose(line.region) or "—", prose(line.site) or "shared", *numbers, f"{line.unchanged:,}"]
    )


def where(stack: str, place: Place) -> str:
    """A place in words, e.g. `prod, us-east-1, site a`."""
    return ", ".join(filter(None, (stack, place.region, f"site {place.site}" if place.site else "")))


def dangers(review: Review) -> Iterator[Section]:
    """Replacements, deletions and updates that stop service: why, what it costs, how to avoid it."""
    if review.dangers:
        head = row(["What", "Forced by", "Data", "Dependents", "Consequence, and how to avoid it"])
        yield Section(
            noun="danger",
            total=len(review.dangers),
            blocks=map(_danger, review.dangers),
            before=f"### Dangers\n\n{head}|---|---|---|---|---|\n",
        )


def _danger(danger: Danger) -> str:
    step = danger.step
    what = f"{MARK[danger.level]} **{step.operation}** {code(step.name)}<br>{code(step.type)}"
    forced = _names([change.path for change in step.reasons])
    return row(
        [
            f"{what}<br>{prose(where(danger.stack, step.place))}",
            f"{forced}<br>**{step.order}**" if step.order else forced,
            "**holds data**" if danger.stateful else "none",
            _names([kind_and_name(urn) for urn in step.dependents]),
            f"{prose(danger.consequence)}<br>**Instead:** {prose(danger.avoid)}",
        ]
    )


def _names(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return (", ".join(code(name, 60) for name in names[:_NAMED]) + more) or "—"


def topology(review: Review) -> Iterator[Section]:
    """What the change does to sites, quorum, capacity and times."""
    shown = [fact for fact in review.facts if fact.changed or fact.level]
    kept = [fact for fact in review.facts if not (fact.changed or fact.level)]
    head = "{}|---|---|---|---|---|\n".format(row(["", "Of", "What", "Before", "After"]))
    if shown:
        yield Section(noun="fact", total=len(shown), blocks=map(_fact, shown), before=f"### Topology\n\n{head}")
    if kept:
        title = f"<details><summary>Topology: {counted(len(kept), 'fact')} unchanged</summary>\n\n"
        yield Section(
            noun="unchanged fact",
            total=len(kept),
            blocks=map(_fact, kept),
            before=f"{title}{head}",
            after="\n</details>\n\n",
        )


def _fact(fact: Fact) -> str:
    unit = f" {prose(fact.unit)}" if fact.unit else ""
    before, after = (f"{prose(each)}{unit}" if each else "—" for each in (fact.before, fact.after))
    note = f"<br>{prose(fact.note)}" if fact.note else ""
    return row(
        [
            MARK[fact.level],
            prose(fact.subject),
            f"{prose(fact.quantity)}{note}",
            before,
            f"**{after}**" if fact.changed else after,
        ]
    )


def money(review: Review) -> Iterator[Section]:
    """US dollars a month per site, with the sums and what has no price."""
    if not review.costs:
        return
    before, after = outline.money(review)
    head = row(["Stack", "Region", "Site", "Before", "After", "Difference"]) + "|---|---|:-:|--:|--:|--:|\n"
    more = difference(before, after) if outline.is_comparable(review) else "not known"
    total = row(["**total**", "", "", dollars(before), f"**{dollars(after)}**", f"**{more}**"])
    yield Section(
        noun="site",
        total=len(review.costs),
        blocks=map(_cost, review.costs),
        before=f"### Money a month\n\n{head}{total}",
    )
    sums = [(cost, formula) for cost in review.costs for formula in cost.formula]
    yield Section(
        noun="sum",
        total=len(sums),
        blocks=(f"* {prose(_of(cost))}: {code(formula, 300)}\n" for cost, formula in sums),
        before=f"{_unpriced(review)}<details><summary>How it is summed: {prose(review.prices)}</summary>\n\n",
        after="\n</details>\n\n",
    )


def _of(cost: Cost) -> str:
    return where(cost.stack, Place(region=cost.region, site=cost.site)) + ("" if cost.site else ", shared")


def _cost(cost: Cost) -> str:
    place = [code(cost.stack), prose(cost.region) or "—", prose(cost.site) or "shared"]
    said = difference(cost.before, cost.after)
    return row([*place, dollars(cost.before), dollars(cost.after), said if cost.comparable else "not known"])


def _unpriced(review: Review) -> str:
    names = outline.unpriced(review)
    return f"Without a price, not in the sums: {_unpriced_names(names)}.\n\n" if names else ""


def _unpriced_names(names: list[str]) -> str:
    more = f" and {len(names) - 20:,} more" if len(names) > 20 else ""  # noqa: PLR2004 a few lines
    return ", ".join(code(name) for name in names[:20]) + more


def policies(review: Review) -> Iterator[Section]:
    """What the rules found, failures first."""
    found = outline.policies(review)
    if found:
        head = row(["", "Rule", "Resource", "Found, and what to do"])
        yield Section(
            noun="policy result",
            total=len(found),
            blocks=(_policy(stack, result) for stack, result in found),
            before=f"### Policies\n\n{head}|---|---|---|---|\n",
        )


def _policy(stack: str, result: PolicyResult) -> str:
    name = code(logical_name(result.urn)) if result.urn else f"stack {code(stack)}"
    return row([_OUTCOME[result.outcome], code(result.rule), name, prose(result.message, 900)])


def messages(review: Review) -> Iterator[Section]:
    """Errors and warnings of the engine."""
    found = [(plan.stack, each) for plan in review.plans for each in plan.diagnostics]
    if found:
        yield Section(
            noun="message",
            total=len(found),
            blocks=(_message(stack, each) for stack, each in found),
            before="### The engine says\n\n",
        )


def _message(stack: str, said: Diagnostic) -> str:
    of = f" {code(logical_name(said.urn))}" if said.urn else ""
    return f"* **{prose(said.severity)}** {code(stack)}{of}: {prose(said.message)}\n"

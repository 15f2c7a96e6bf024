"""The plan as lines for a terminal, and as tables for a page."""

from collections.abc import Iterable, Iterator, Sequence

from capacity.figures import Month, month
from capacity.stacks import Stack
from components.planning.compare import Line
from components.planning.fleet import Sizes


def table(stack: Stack, compared: Sequence[Line]) -> Iterator[str]:
    """Yield a stack's table: what the settings say, what the plan says."""
    yield heading(stack)
    rows = [("setting", "found", "planned"), *((each.setting, each.found, each.planned) for each in compared)]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for index, row in enumerate(rows):
        mark = "" if index == 0 or compared[index - 1].agrees else "  <- differs"
        yield f"  {row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}{mark}".rstrip()
    yield from (f"  {line}" for line in costs(month(stack)))


def heading(stack: Stack) -> str:
    """Return in one line what each site of a stack must carry."""
    planned, settings = stack.plan, stack.settings
    names = ", ".join(site.name for site in settings.sites)
    carried = planned.traffic.peak * planned.share_after_loss
    return (
        f"stack {stack.name} ({settings.region}, site {names}): a site carries up to {carried:.2f} requests/s,"
        f" a model server {planned.replica_rate:.2f}"
    )


def costs(found: Month) -> list[str]:
    """Return a site's month in words."""
    return [f"a site's month: {found.least.said} at the least", f"with all of the burst: {found.burst.said}"]


def refusals(stack: Stack, compared: Iterable[Line]) -> list[str]:
    """Return a line for each setting that disagrees: value found, value planned, what to set."""
    return [
        f"Pulumi.{stack.name}.yaml: platform.{each.setting} is {each.found}, planned {each.planned}; {each.fix}"
        for each in compared
        if not each.agrees
    ]


def of_range(sizes: Sizes) -> str:
    """Return the least and the most in words."""
    return f"{sizes.minimum:,} to {sizes.maximum:,}" if sizes.maximum > sizes.minimum else f"{sizes.minimum:,}"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)

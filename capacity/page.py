"""The plan as a page of the documents, with its picture: `python -m capacity --write`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from capacity.figures import month, per_million_tokens, savings_percent
from capacity.picture import picture
from capacity.stacks import Stack
from capacity.text import markdown, of_range
from capacity.variations import rows
from components.planning.formula import gpu_seconds, in_work
from review.money.prices import money

PAGE: Final = Path("docs") / "capacity.md"
PICTURE: Final = Path("docs") / "capacity.svg"

_HEAD: Final = ("forecast", "stack", "model servers", "reserved", "spot", "a site's month at the least")


def write(folder: Path, stacks: Sequence[Stack]) -> None:
    """Write the page and its picture anew."""
    (folder / PAGE).write_text(page(stacks))
    (folder / PICTURE).write_text(picture(stacks))


def page(stacks: Sequence[Stack]) -> str:
    """Return the page."""
    first = month(stacks[0])
    saved, token = savings_percent(first), per_million_tokens(stacks)
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return templates.get_template("capacity.md.j2").render(
        first=stacks[0],
        planned=_planned(stacks),
        static=first.static.said,
        savings=[f"{each:.0f}" for each in saved] if saved else None,
        token=money(token) if token else None,
        worked=[line for stack in stacks for line in _worked(stack)],
        varied=markdown(_HEAD, rows(stacks)),
    )


def _planned(stacks: Sequence[Stack]) -> str:
    columns = [list(_column(stack)) for stack in stacks]
    names = [name for name, _ in columns[0]]
    cells = ([column[row][1] for column in columns] for row in range(len(names)))
    head = ["each site", *(stack.name for stack in stacks)]
    return markdown(head, ([name, *found] for name, found in zip(names, cells, strict=True)))


def _column(stack: Stack) -> Iterator[tuple[str, str]]:
    planned, costs = stack.plan, month(stack)
    peak = planned.traffic.peak * planned.share_after_loss
    standing = in_work(peak, stack.settings.forecast.response_seconds)
    yield "region, sites", f"{stack.settings.region}, {', '.join(each.name for each in stack.settings.sites)}"
    yield "carries alone at the peak", f"{peak:.2f} requests/s, {standing:.0f} in work"
    yield "carries alone at once", f"{planned.traffic.floor * planned.share_after_loss:.2f} requests/s"
    yield "one model server", f"{planned.replica_rate:.2f} requests/s"
    yield "model servers", of_range(planned.replicas)
    yield "reserved nodes", str(planned.nodes.reserved)
    yield "spot nodes", of_range(planned.nodes.spot)
    yield "gateways, at least", str(planned.gateways)
    yield "a month at the least", costs.least.said
    yield "a month with all of the burst", costs.burst.said


def _worked(stack: Stack) -> Iterator[str]:
    yield f"{stack.name}, a model server: {_rate(stack)}"
    yield f"{stack.name}, its traffic: {_traffic(stack)}"
    yield f"{stack.name}, a month at the least: {'; '.join(month(stack).least.formulas)}"


def _rate(stack: Stack) -> str:
    forecast, inference = stack.settings.forecast, stack.settings.inference
    measured, safety = forecast.measured, forecast.safety
    work = gpu_seconds(forecast.input_tokens, forecast.output_tokens, measured.prefill, measured.decode)
    slots = inference.concurrency / forecast.response_seconds / safety
    return (
        f"{forecast.input_tokens} / {measured.prefill:g} + {forecast.output_tokens} / {measured.decode:g} = {work:.3f}"
        f" GPU seconds a request; {inference.tensor_parallel} GPUs / ({work:.3f} s x {safety}) ="
        f" {inference.tensor_parallel / work / safety:.2f} requests/s; by slots"
        f" {inference.concurrency} / ({forecast.response_seconds:g} s x {safety}) = {slots:.2f} requests/s"
    )


def _traffic(stack: Stack) -> str:
    forecast, planned = stack.settings.forecast, stack.plan
    after = f"x {planned.share_after_loss:.0%} of it on the site / {planned.replica_rate:.2f}"
    return (
        f"{forecast.requests_per_second.peak:g} requests/s x {100 + forecast.growth_percent} % x"
        f" {forecast.share_percent} % of the platform x {100 - forecast.cached_percent} % not cached ="
        f" {planned.traffic.peak:.2f} requests/s at the peak {after}: {planned.replicas.maximum} model servers;"
        f" {forecast.floor_percent} % of that at once: {planned.replicas.minimum}"
    )

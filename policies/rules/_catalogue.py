"""The rules as text for people, made from their metadata."""

from collections.abc import Iterable

from rules._rule import Rule

_HEAD = "| Rule | What must hold | Why | How to fix it |\n| --- | --- | --- | --- |\n"


def markdown(rules: Iterable[Rule]) -> str:
    """Return a Markdown table with one line for each rule."""
    return _HEAD + "".join(_row(rule) for rule in rules)


def _row(rule: Rule) -> str:
    title = f"**{rule.id}** `{rule.name}` ({rule.severity}, {rule.enforcement})"
    why = f"{rule.why} ([source]({rule.source}))"
    return "| " + " | ".join(_cell(text) for text in (title, rule.what, why, rule.fix)) + " |\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

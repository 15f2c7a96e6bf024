"""Sets of transactions, as MySQL writes them: `uuid:1-5:7`, with a tag behind the UUID since 8.4; pure.

https://dev.mysql.com/doc/refman/8.4/en/replication-gtids-concepts.html
"""

from collections.abc import Mapping, Sequence

Intervals = Mapping[str, Sequence[tuple[int, int]]]
"""First and last transaction of each run of them, by the UUID, or UUID and tag, of their source."""


def of_group(text: str, group: str) -> Intervals:
    """Return the part of a set that came about in the group: what a member writes by itself is of its own UUID."""
    found: dict[str, list[tuple[int, int]]] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        source, *words = part.split(":")
        _add(found, source.lower(), words)
    return {source: sorted(runs) for source, runs in found.items() if source.split(":")[0] == group.lower()}


def _add(found: dict[str, list[tuple[int, int]]], source: str, words: Sequence[str]) -> None:
    tagged = source
    for word in words:
        if word[0].isdecimal():
            first, _, last = word.partition("-")
            found.setdefault(tagged, []).append((int(first), int(last or first)))
        else:
            tagged = f"{source}:{word.strip()}"


def contains(whole: Intervals, part: Intervals) -> bool:
    """Tell whether each transaction of `part` is in `whole`."""
    return all(
        any(first <= begin and end <= last for first, last in whole.get(source, ()))
        for source, runs in part.items()
        for begin, end in runs
    )

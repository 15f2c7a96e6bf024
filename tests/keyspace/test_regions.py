"""What holds for every order in which two regions write, delete, sweep, crash and hear of each other."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from keyspace.names import LEAST_LIFETIME, Spans, end_of
from keyspace.sweeper import listed, sweep
from keyspace.table import Codec, Table
from tests.keyspace.regions import Region, Write

LIFETIME = LEAST_LIFETIME
TEXT: Codec[str] = Codec(encode=str.encode, decode=bytes.decode)
WHERE = st.sampled_from(["one", "two"])
KEYS = st.sampled_from(["a", "b:c"])


class CrashError(Exception):
    """The writer ended here."""


@dataclass
class Crashing:
    """A way to a region that breaks after some commands."""

    region: Region
    left: int

    async def execute_command(self, *words: Any) -> Any:
        if self.left == 0:
            raise CrashError
        self.left -= 1
        return await self.region.execute_command(*words)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Drive a coroutine that never waits for anything."""
    try:
        while True:
            work.send(None)
    except StopIteration as end:
        return end.value
    except CrashError:
        return None


class TwoRegions(RuleBasedStateMachine):
    """Writes arrive when they like, and within a lifetime."""

    now: int = 0
    number: int = 0
    regions: dict[str, Region]
    way: list[tuple[int, str, Write]]

    @initialize(start=st.integers(min_value=0, max_value=3 * LIFETIME))
    def begin(self, start: int) -> None:
        self.now, self.number, self.way = start, 0, []
        self.regions = {name: Region(name, lambda: self.now) for name in ("one", "two")}

    def table(self, where: str, client: Any = None) -> Table[str]:
        spans = Spans(table="answers", lifetime=LIFETIME)
        return Table(client=client or self.regions[where], spans=spans, codec=TEXT, clock=lambda: self.now)

    def _collect(self) -> None:
        for name, region in self.regions.items():
            other = "two" if name == "one" else "one"
            self.way += [(self.now, other, write) for write in region.outbox]
            region.outbox.clear()

    @rule(where=WHERE, key=KEYS)
    def put(self, where: str, key: str) -> None:
        self.number += 1
        run(self.table(where).put(key, str(self.number)))
        assert run(self.table(where).get(key)) == str(self.number)
        self._collect()

    @rule(where=WHERE, key=KEYS, left=st.integers(min_value=0, max_value=1))
    def put_and_crash(self, where: str, key: str, left: int) -> None:
        run(self.table(where, Crashing(self.regions[where], left)).put(key, "lost"))
        self._collect()

    @rule(where=WHERE, key=KEYS)
    def delete(self, where: str, key: str) -> None:
        run(self.table(where).delete(key))
        assert run(self.table(where).get(key)) is None
        self._collect()

    @rule(where=WHERE, left=st.integers(min_value=0, max_value=9))
    def sweep(self, where: str, left: int) -> None:
        before = self._given(where)
        run(sweep(Crashing(self.regions[where], left), self.now))
        assert self._given(where) == before
        self._collect()

    @rule(milliseconds=st.integers(min_value=1, max_value=LIFETIME))
    def wait(self, milliseconds: int) -> None:
        self.now += milliseconds
        late = [each for each in self.way if each[0] + LIFETIME <= self.now]
        self._deliver(late)

    @rule(share=st.randoms(use_true_random=False))
    def hear(self, share: Any) -> None:
        self._deliver([each for each in self.way if share.random() < 0.5])

    def _deliver(self, some: list[tuple[int, str, Write]]) -> None:
        for each in some:
            self.way.remove(each)
            _, where, write = each
            before = self._given(where)
            self.regions[where].hear(write)
            if write.value is None and write.cell[1] == "" and end_of(write.cell[0]) <= write.stamp[0]:
                # A sweeper's deletion takes nothing from anybody.
                assert self._given(where) == before

    def _given(self, where: str) -> dict[str, str | None]:
        return {key: run(self.table(where).get(key)) for key in ("a", "b:c")}

    @invariant()
    def what_is_over_is_given_to_nobody(self) -> None:
        for region in getattr(self, "regions", {}).values():
            for cell, value in region.alive().items():
                if isinstance(value, bytes) and end_of(cell[0]) <= self.now:
                    assert self.now >= int(value.partition(b":")[0])

    def teardown(self) -> None:
        if not hasattr(self, "regions"):
            return
        self._deliver(list(self.way))
        assert self.regions["one"].alive() == self.regions["two"].alive()
        self.now += 2 * LIFETIME
        for region in self.regions.values():
            run(sweep(region, self.now))
            assert region.alive() == {}
            assert run(listed(region)) == 0


class TestTwoRegions(TwoRegions.TestCase):
    settings = settings(max_examples=150, stateful_step_count=40, deadline=None)

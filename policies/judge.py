"""One run of the pack over one stack: which findings stop it, and what there is to say of the others."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import account
import waivers
from rules._resource import Resource, Value
from rules._rule import Finding, Outcome, Rule
from stack_settings import Terms
from waivers import Waiver


class Judge:
    """Holds what resource validation has seen until stack validation asks for it.

    Attributes:
        terms: what holds in this stack for each rule, by the rule's name.
        inputs: inputs of the resources seen so far, by URN.
    """

    def __init__(self, terms: Mapping[str, Terms], of_stack: Iterable[Waiver] = ()) -> None:
        self.terms = terms
        self.inputs: dict[str, Mapping[str, Value]] = {}
        self._waivers = tuple(of_stack)
        self._needed: set[Waiver] = set()
        self._lines: dict[str, list[str]] = defaultdict(list)

    def violations(self, rule: Rule, findings: Sequence[Finding]) -> list[Finding]:
        """Return the findings that are failures and not waived; what there is to say of the others is kept."""
        return [finding for finding in findings if not self._is_accounted(rule, finding)]

    def waiver(self, rule: Rule, resource: Resource) -> Waiver | None:
        """Return the waiver that covers a resource, which is thereby needed."""
        found = waivers.find(self._waivers, rule, resource)
        if found:
            self._needed.add(found)
        return found

    def take(self, urn: str) -> list[str]:
        """Return the lines on a resource, once."""
        return self._lines.pop(urn, [])

    def take_all(self) -> list[tuple[str, str]]:
        """Return each URN with a line, once."""
        return [(urn, line) for urn in list(self._lines) for line in self.take(urn)]

    def needless(self) -> list[Waiver]:
        """Return the waivers that nothing has needed so far."""
        return [waiver for waiver in self._waivers if waiver not in self._needed]

    def _is_accounted(self, rule: Rule, finding: Finding) -> bool:
        waiver = self.waiver(rule, finding.resource)
        if finding.outcome is Outcome.UNKNOWN:
            line = account.unknown(rule, finding)
        elif waiver:
            line = account.waived(rule, finding, waiver)
        else:
            return False
        self._lines[finding.resource.urn].append(line)
        return True

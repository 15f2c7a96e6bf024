"""What neither passed nor failed, in messages that people read and programs read back.

The engine knows violations only. So the pack says each finding that is no violation as a message of its own, at level
advisory, on the resource that it is about. Two policies carry them, `RESOURCES` for rules about one resource and
`STACK` for rules about a whole stack; a message is one line of one of these forms:

    [waived: <owner> until <date>] <rule id> <rule name>: <resource>: <what is wrong> (reason: <why it is accepted>)
    [unknown] <rule id> <rule name>: <resource>: <what a preview cannot know>

`LINE` is the pattern of both, and names the rule. Neither is a pass: the engine's own summary counts such a rule as
not applicable.
"""

import re
from typing import Final

from rules._rule import Finding, Rule
from waivers import Waiver

RESOURCES: Final = "account-of-resources"
STACK: Final = "account-of-stack"
WAIVERS: Final = "require-needed-waivers"
"""The policy that fails for a waiver that nothing needs."""

FILES: Final = "require-sound-files"
"""The only policy of a pack one of whose files is wrong; it fails with what is wrong."""

TITLE: Final = "Neither passed nor failed"
DESCRIPTION: Final = "What neither passed nor failed is said, with its rule."
WAIVERS_DESCRIPTION: Final = "Every waiver of the stack covers a failure of it."
FILES_DESCRIPTION: Final = "The pack's own files are sound."

LINE: Final = re.compile(
    r"^\[(?P<outcome>unknown|waived)(?:: (?P<owner>.+?) until (?P<expires>\d{4}-\d\d-\d\d))?\]"
    r" (?P<id>[A-Z]\d+) (?P<rule>[a-z0-9-]+): (?P<message>.+)$",
    re.MULTILINE,
)


def unknown(rule: Rule, finding: Finding) -> str:
    """Return the line of a finding that hangs on what a preview cannot know."""
    return f"[unknown] {_said(rule, finding)}"


def waived(rule: Rule, finding: Finding, waiver: Waiver) -> str:
    """Return the line of a failure that is accepted for now."""
    return f"[waived: {waiver.owner} until {waiver.expires}] {_said(rule, finding)} (reason: {waiver.reason})"


def needless(waiver: Waiver) -> str:
    """Return the line of a waiver that no failure needs."""
    return (
        f"waivers.yaml: the waiver of {waiver.owner} for {waiver.rule} on {waiver.resource}"
        f" in stack {waiver.stack} covers no failure; remove it, or correct its resource"
    )


def _said(rule: Rule, finding: Finding) -> str:
    return f"{rule.id} {rule.name}: {finding.resource.name}: {' '.join(finding.message.split())}"

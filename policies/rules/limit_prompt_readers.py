"""O13: the prompts that gateways hold are shown to the job that needs them, and to no one else."""

from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items, mapping
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names, WholeNumber
from rules._types import NETWORK_POLICY

_LABEL: Final = "app.kubernetes.io/name"
_GATEWAY: Final = "gateway"
_READERS: Final = Names(
    name="readers", what=f"labels {_LABEL} of the pods that may read prompts", default=("precompute",)
)
_PORT: Final = WholeNumber(
    name="prompts_port", what="port where gateways show them", default=8082, minimum=1, maximum=65535
)
_INGRESS: Final = ("spec", "ingress")


def _check(policy: Resource, *, readers: tuple[str, ...], prompts_port: int) -> Iterator[Finding]:
    if not _may_be_of_gateways(policy.get("spec", "podSelector")):
        return
    if not is_known(policy.get(*_INGRESS)):
        yield undecided(policy, *_INGRESS)
        return
    for rule in items(policy.get(*_INGRESS)):
        if not _opens(rule, prompts_port):
            continue
        peers = items(dig(rule, "from"))
        if not peers or not all(_is_reader(each, readers) for each in peers):
            yield failure(
                policy, f"opens port {prompts_port} of gateways to others than pods of {', '.join(readers)} beside them"
            )


def _may_be_of_gateways(selector: Value) -> bool:
    name = dig(selector, "matchLabels", _LABEL)
    return name in (None, UNKNOWN, _GATEWAY)


def _opens(rule: Value, port: int) -> bool:
    """Tell whether a rule is about a port: one without ports is about all, and a name may be that of any."""
    ports = items(dig(rule, "ports"))
    return not ports or any(_has(each, port) for each in ports)


def _has(entry: Value, port: int) -> bool:
    if dig(entry, "protocol") not in (None, "TCP"):
        return False
    first, last = dig(entry, "port"), dig(entry, "endPort")
    if not isinstance(first, int | float):
        return True
    return first <= port <= (last if isinstance(last, int | float) else first)


def _is_reader(peer: Value, readers: tuple[str, ...]) -> bool:
    return set(mapping(peer)) == {"podSelector"} and dig(peer, "podSelector", "matchLabels", _LABEL) in readers


RULE = ResourceRule(
    id="O13",
    name="limit-prompt-readers",
    severity=Severity.CRITICAL,
    what="The port where gateways show frequent prompts is open to the precompute job alone.",
    why="Prompts are the customers' own words; an agent or a neighbour that reads them is a leak of all tenants.",
    source="https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    fix="Let the gateways' NetworkPolicy open that port from the job's podSelector only, without a namespaceSelector.",
    settings=(_READERS, _PORT),
    matches={NETWORK_POLICY}.__contains__,
    check=_check,
)

"""G9: a namespace that was given no GPUs can not take any, and those that need some are let through."""

from collections.abc import Iterator, Sequence

from rules._pods import GPU, POD_SPECS, asks_for_gpus
from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items, mapping, strings
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import by_cluster, of_type
from rules._types import ADMISSION_BINDING, ADMISSION_POLICY, NAMESPACE

_CONSTRAINTS = ("spec", "matchConstraints")


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    for objects in by_cluster(resources).values():
        namespaces = of_type(objects, NAMESPACE)
        parts = of_type(objects, ADMISSION_POLICY, ADMISSION_BINDING)
        unknown = [each for each in parts if not is_known(dict(each.props))]
        guards = [each for each in parts if _refuses_gpus(each) and any(_enforces(it, each) for it in parts)]
        if guards:
            yield from _check_workloads(objects, namespaces, guards[0])
        elif unknown:
            yield undecided(unknown[0], "spec")
        elif namespaces:
            yield failure(
                namespaces[0],
                f"no enforced ValidatingAdmissionPolicy refuses pods that ask for {GPU} elsewhere",
            )


def _refuses_gpus(policy: Resource) -> bool:
    """Tell whether it is certain that new pods which ask for GPUs are judged, and refused where that fails."""
    expressions = [str(dig(each, "expression")) for each in items(policy.get("spec", "validations"))]
    return (
        policy.type == ADMISSION_POLICY
        and policy.get("spec", "failurePolicy") in (None, "Fail")
        and any("nvidia.com/" in each for each in expressions)
        and any(_is_of_new_pods(each) for each in items(policy.get(*_CONSTRAINTS, "resourceRules")))
    )


def _is_of_new_pods(rule: Value) -> bool:
    return "pods" in strings(dig(rule, "resources")) and bool({"CREATE", "*"} & {*strings(dig(rule, "operations"))})


def _enforces(binding: Resource, policy: Resource) -> bool:
    return (
        binding.type == ADMISSION_BINDING
        and binding.get("spec", "policyName") == policy.get("metadata", "name")
        and "Deny" in strings(binding.get("spec", "validationActions"))
        and binding.get("spec", "matchResources") is None
    )


def _check_workloads(objects: Sequence[Resource], namespaces: Sequence[Resource], guard: Resource) -> Iterator[Finding]:
    """Say which pods with GPUs the policy would refuse, as their namespace has not the label that lets them through."""
    labels = {str(each.get("metadata", "name")): each.get("metadata", "labels") for each in namespaces}
    for workload in of_type(objects, *POD_SPECS):
        place = workload.get("metadata", "namespace")
        of_place = labels.get(str(place))
        if not asks_for_gpus(workload):
            continue
        if place is UNKNOWN or not is_known(of_place) or not is_known(guard.get(*_CONSTRAINTS)):
            yield undecided(workload, "metadata", "namespace")
        elif not _lets_through(guard, mapping(of_place)):
            yield failure(workload, f"asks for GPUs in namespace {place}, whose labels do not let it")


def _lets_through(guard: Resource, labels: dict[str, Value]) -> bool:
    expressions = [mapping(each) for each in items(guard.get(*_CONSTRAINTS, "namespaceSelector", "matchExpressions"))]
    return any(
        labels.get(str(each.get("key"))) in strings(each.get("values"))
        for each in expressions
        if each.get("operator") == "NotIn"
    )


RULE = StackRule(
    id="G9",
    name="require-gpu-admission",
    severity=Severity.HIGH,
    what="Each cluster refuses new pods that ask for GPUs, but in the namespaces whose label lets them.",
    why=(
        "A quota holds only where there is one: a namespace made by hand or by a chart has none, and its pods may take"
        " every GPU that the model is to be started on."
    ),
    source="https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
    fix=(
        "Add a ValidatingAdmissionPolicy of new pods with failurePolicy Fail, an expression on nvidia.com/ and a"
        " namespaceSelector {key, operator: NotIn, values}, bind it with validationActions [Deny], and label the"
        " namespaces that have GPUs."
    ),
    check=_check,
)

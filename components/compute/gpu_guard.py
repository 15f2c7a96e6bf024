"""GPUs are for the namespaces that have a quota of them: everywhere else the API server refuses pods that ask for one.

A quota alone does not say that: a namespace without any, made by hand or by a chart, could take all GPUs of a site.
"""

import pulumi
from pulumi_kubernetes.admissionregistration.v1 import (
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    ValidationArgsDict,
)

from components.base import Component
from components.compute.namespaces import GPUS_LABEL

NAME = "gpus-by-quota"
# Whole GPUs, and parts of them (nvidia.com/mig-1g.10gb). Ephemeral containers can not ask for any.
_ASKED = """object.spec.?{kind}.orValue([]).all(container,
  container.?resources.?limits.orValue({{}}).all(name, amount,
    !name.startsWith("nvidia.com/") || !quantity(amount).isGreaterThan(quantity("0"))))"""


class GpuGuard(Component):
    """The admission policy of one cluster.

    https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
    """

    type_path = "compute:GpuGuard"

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        policy = self._policy(name)
        self.binding = ValidatingAdmissionPolicyBinding(
            name,
            metadata={"name": NAME},
            spec={"policy_name": NAME, "validation_actions": ["Deny"]},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.publish()

    def _policy(self, name: str) -> ValidatingAdmissionPolicy:
        return ValidatingAdmissionPolicy(
            name,
            metadata={"name": NAME},
            spec={
                "failure_policy": "Fail",
                "match_constraints": {
                    "resource_rules": [
                        {
                            "api_groups": [""],
                            "api_versions": ["v1"],
                            "resources": ["pods"],
                            "operations": ["CREATE"],
                        }
                    ],
                    "namespace_selector": {
                        "match_expressions": [{"key": GPUS_LABEL, "operator": "NotIn", "values": ["allowed"]}]
                    },
                },
                "validations": [_validation(kind) for kind in ("containers", "initContainers")],
            },
            opts=self.child(),
        )


def _validation(kind: str) -> ValidationArgsDict:
    return {
        "expression": _ASKED.format(kind=kind),
        "message_expression": (
            "'namespace ' + object.metadata.namespace + ' has no GPUs: ask for none, or for a quota of them'"
        ),
        "reason": "Forbidden",
    }

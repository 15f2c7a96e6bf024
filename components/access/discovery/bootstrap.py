"""What sets Consul up from within its cluster, so that no secret of it passes through a stack's state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.batch.v1 import CronJob, Job
from pulumi_kubernetes.core.v1 import ConfigMap, PodTemplateSpecArgsDict, ServiceAccount
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict, Role, RoleBinding

from components.access.discovery import config
from components.access.discovery.pod import BOOTSTRAP, BOOTSTRAP_LABELS, bootstrap_spec
from components.base import Component
from components.naming import BUSINESS
from components.pods import files_digest

_METADATA: Final[ObjectMetaArgsDict] = {"name": BOOTSTRAP, "namespace": BUSINESS, "labels": BOOTSTRAP_LABELS}
_RENEWAL: Final = "17 3 * * *"
_RENEWAL_SECONDS: Final = 600
_TRIES: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapArgs:
    """The image of Consul, with its shell, curl and jq; `after` is what a pod needs to start."""

    image: str
    datacenter: str
    after: Sequence[pulumi.Resource]


class Bootstrap(Component):
    """A Job for each phase of `files/bootstrap.sh`, and one every night that renews certificates."""

    type_path = "access:Bootstrap"

    def __init__(self, name: str, args: BootstrapArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._files = config.bootstrap_files()
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        self._first = [*self._rights(), ConfigMap(name, metadata=_METADATA, data=self._files, opts=self._opts)]
        self._renewal()
        self.publish()

    def phase(self, name: str, after: Sequence[pulumi.Resource]) -> Job:
        """Run the phase `secrets` or `acl` to its end; anew when the script or its policies have changed."""
        return Job(
            f"{self._name}-{name}",
            metadata={**_METADATA, "name": f"consul-{name}"},
            spec={"backoff_limit": _TRIES, "template": self._template(name)},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*self._args.after, *self._first, *after]),
        )

    def _template(self, phase: str) -> PodTemplateSpecArgsDict:
        annotations = files_digest(self._files)
        spec = bootstrap_spec(self._args.image, self._args.datacenter, phase)
        return {"metadata": {"labels": BOOTSTRAP_LABELS, "annotations": annotations}, "spec": spec}

    def _renewal(self) -> None:
        CronJob(
            self._name,
            metadata={**_METADATA, "name": "consul-renewal"},
            spec={
                "schedule": _RENEWAL,
                "concurrency_policy": "Forbid",
                "starting_deadline_seconds": _RENEWAL_SECONDS,
                "successful_jobs_history_limit": 1,
                "failed_jobs_history_limit": 3,
                "job_template": {
                    "spec": {
                        "backoff_limit": _TRIES,
                        "active_deadline_seconds": _RENEWAL_SECONDS,
                        "template": self._template("all"),
                    }
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*self._args.after, *self._first]),
        )

    def _rights(self) -> list[pulumi.Resource]:
        """Return an account that may read and write the Secrets of its list, and nothing else.

        Kubernetes cannot hold a plain create to names, for the name is not in its path. A server-side apply has it
        there, and needs patch and create of that name alone:
        https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
        """
        account = ServiceAccount(self._name, metadata=_METADATA, automount_service_account_token=False, opts=self._opts)
        secrets: PolicyRuleArgsDict = {
            "api_groups": [""],
            "resources": ["secrets"],
            "resource_names": list(config.SECRETS),
            "verbs": ["get", "patch", "create"],
        }
        role = Role(self._name, metadata=_METADATA, rules=[secrets], opts=self._opts)
        binding = RoleBinding(
            self._name,
            metadata=_METADATA,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": BOOTSTRAP},
            subjects=[{"kind": "ServiceAccount", "name": BOOTSTRAP, "namespace": BUSINESS}],
            opts=self._opts,
        )
        return [account, role, binding]

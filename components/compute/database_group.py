"""What forms the database's group and watches it, on a site's cluster: the program in `database/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.eks import PodIdentityAssociation
from pulumi_aws.iam import RolePolicy
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.batch.v1 import Job
from pulumi_kubernetes.core.v1 import Secret, ServiceAccount
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicy,
    NetworkPolicyEgressRuleArgsDict,
    NetworkPolicyIngressRuleArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

from components.base import Component, site_tags
from components.compute import closed, database_pod
from components.compute.database_pod import BOOTSTRAP, EXPORTER, MONITOR, PASSWORD, Told
from components.compute.identity import service_role
from components.naming import DATA, MONITORING
from components.ports import DATABASE_EXPORTER_PORT, HTTPS, MYSQL_PORT

_TRIES: Final = 2
# Each try, its pod's way to a node, and the image's; the engine waits for the group, and for a little more.
_JOB_SECONDS: Final = (_TRIES + 1) * (database_pod.DEADLINE_SECONDS + 120)
_PATIENCE: Final = pulumi.CustomTimeouts(create=f"{_JOB_SECONDS + 120}s")
# The agent that gives pods their credentials, on each node:
# https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
_IDENTITY: Final = "169.254.170.23/32"
_IDENTITY_PORT: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseGroupArgs:
    """The group, and who looks after it from here.

    Attributes:
        told: of the group.
        key: ARN of the key that the secrets are encrypted with.
        monitor_password: of the account that reads the group's state.
        networks: where the members are, as CIDRs.
        image: of the program, by digest.
        account: the AWS account.
        cluster: name of the cluster where this runs.
        site: name of the site.
        forms: whether the group is formed from here: one site does it, all of them watch.
        after: what pods need to start.
    """

    told: Told
    key: pulumi.Input[str]
    monitor_password: pulumi.Input[str]
    networks: Sequence[str]
    image: pulumi.Input[str]
    account: str
    cluster: pulumi.Input[str]
    site: str
    forms: bool
    after: Sequence[pulumi.Resource]


class DatabaseGroup(Component):
    """A Job that forms the group, or finds it formed, and an exporter of its state."""

    type_path = "compute:DatabaseGroup"

    def __init__(self, name: str, args: DatabaseGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        password = self._password()
        formed = (
            [self._job([password, *self._rights(), *self._common(BOOTSTRAP, self._calls(), [])])] if args.forms else []
        )
        scraped: NetworkPolicyIngressRuleArgsDict = {
            "from_": [closed.namespace(MONITORING)],
            "ports": _ports(DATABASE_EXPORTER_PORT),
        }
        self._exporter([password, *formed, *self._common(EXPORTER, [], [scraped])])
        self.publish()

    def _password(self) -> Secret:
        data = {PASSWORD: self._args.monitor_password}
        return Secret(self._name, metadata=_metadata(MONITOR), string_data=data, opts=self._opts)

    def _common(
        self,
        name: str,
        more: Sequence[NetworkPolicyEgressRuleArgsDict],
        ingress: Sequence[NetworkPolicyIngressRuleArgsDict],
    ) -> list[pulumi.Resource]:
        """Return the account of pods, and their way to the members, with what else is let through."""
        spec: NetworkPolicySpecArgsDict = {
            "pod_selector": {"match_labels": database_pod.labels(name)},
            "policy_types": ["Ingress", "Egress"],
            "ingress": list(ingress),
            "egress": [self._members(), *more],
        }
        logical, metadata = f"{self._name}-{name.removeprefix('database-')}", _metadata(name)
        account = ServiceAccount(logical, metadata=metadata, automount_service_account_token=False, opts=self._opts)
        return [account, NetworkPolicy(logical, metadata=metadata, spec=spec, opts=self._opts)]

    def _members(self) -> NetworkPolicyEgressRuleArgsDict:
        return {"to": [{"ip_block": {"cidr": cidr}} for cidr in self._args.networks], "ports": _ports(MYSQL_PORT)}

    def _calls(self) -> list[NetworkPolicyEgressRuleArgsDict]:
        """Return the ways to AWS: the agent of the node, and RDS and Secrets Manager, whose addresses AWS chooses."""
        return [{"to": [{"ip_block": {"cidr": _IDENTITY}}], "ports": _ports(_IDENTITY_PORT)}, {"ports": _ports(HTTPS)}]

    def _rights(self) -> list[pulumi.Resource]:
        """Let the account read the two secrets and write the seeds, and nothing else."""
        name, tags = f"{self._name}-bootstrap", site_tags(f"{self._name}-bootstrap", self._args.site)
        role, _ = service_role(name, "pods.eks.amazonaws.com", [], tags, self)
        policy = RolePolicy(name, role=role.id, policy=self._grant(), opts=self.child())
        association = PodIdentityAssociation(
            name,
            cluster_name=self._args.cluster,
            namespace=DATA,
            service_account=BOOTSTRAP,
            role_arn=role.arn,
            tags=tags,
            opts=self.child(),
        )
        return [policy, association]

    def _grant(self) -> pulumi.Output[str]:
        told = self._args.told
        place = f"arn:aws:rds:{told.region}:{self._args.account}:pg:"
        seeds = {
            "Effect": "Allow",
            "Action": ["rds:DescribeDBParameters", "rds:ModifyDBParameterGroup"],
            "Resource": pulumi.Output.concat(place, told.parameter_group),
        }
        read = {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": [told.master_secret, told.replication_secret],
        }
        through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{told.region}.amazonaws.com"}}
        use = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": self._args.key, "Condition": through}
        return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [seeds, read, use]})

    def _job(self, needed: Sequence[pulumi.Resource]) -> Job:
        """Run the bootstrap to its end; anew, and then to no effect, when the members or the program have changed."""
        return Job(
            self._name,
            metadata=_metadata(BOOTSTRAP),
            spec={
                "backoff_limit": _TRIES,
                "active_deadline_seconds": _JOB_SECONDS,
                "template": {
                    "metadata": {"labels": database_pod.labels(BOOTSTRAP)},
                    "spec": database_pod.bootstrap_spec(self._args.image, self._args.told),
                },
            },
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[*self._args.after, *needed], custom_timeouts=_PATIENCE
            ),
        )

    def _exporter(self, needed: Sequence[pulumi.Resource]) -> None:
        labels = database_pod.labels(EXPORTER)
        Deployment(
            self._name,
            metadata=_metadata(EXPORTER),
            spec={
                "replicas": 1,
                "selector": {"match_labels": labels},
                "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": database_pod.exporter_spec(self._args.image, self._args.told.members),
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*self._args.after, *needed]),
        )


def _metadata(name: str) -> ObjectMetaArgsDict:
    return {"name": name, "namespace": DATA, "labels": database_pod.labels(name)}


def _ports(number: int) -> list[NetworkPolicyPortArgsDict]:
    return [{"protocol": "TCP", "port": number}]

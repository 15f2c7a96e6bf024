"""ProxySQL of one site: one name for all members of the database, one writer among them, and bounded pools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap, Secret, Service, ServiceAccount
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict, ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components.base import Component
from components.compute.pools import network
from components.compute.pools.pod import LABELS, pod_spec
from components.naming import BUSINESS, DATA
from components.pools import COPIES, HOST, NAME, SURGE, Pools
from components.ports import MYSQL_PORT
from components.storage.proxysql import clients, config

CLIENTS: Final = "database-pools"
"""The ConfigMap of the clients' property files, in the domain `business`."""

_METADATA: Final[ObjectMetaArgsDict] = {"name": NAME, "namespace": DATA, "labels": LABELS}
_PODS: Final[LabelSelectorArgsDict] = {"match_labels": LABELS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySqlArgs:
    """What ProxySQL is told.

    Attributes:
        pools: the numbers.
        region: of the database, for the authorities of its certificates.
        hosts: names of the database's members, the writer first, or of the replica alone.
        group: whether they are a group.
        networks: where they are, as CIDRs.
        accounts: whom clients log in as, and who looks at the members.
        password: of the first.
        monitor_password: of the second.
        read_seconds: longest silence of an answer of the platform, s, for clients over HTTP.
        after: what pods need to start.
    """

    pools: Pools
    region: str
    hosts: Sequence[pulumi.Input[str]]
    group: bool
    networks: Sequence[str]
    accounts: config.Accounts
    password: pulumi.Input[str]
    monitor_password: pulumi.Input[str]
    read_seconds: int
    after: Sequence[pulumi.Resource]


class ProxySql(Component):
    """A Deployment behind the name `mysql`; a change of its files is taken up by the pods that run."""

    type_path = "compute:ProxySql"

    def __init__(self, name: str, args: ProxySqlArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        self._network()
        self._service()
        self._budget()
        self._clients()
        self._deployment([self._account(), self._files(), self._words()])
        self.publish()

    def _account(self) -> ServiceAccount:
        return ServiceAccount(self._name, metadata=_METADATA, automount_service_account_token=False, opts=self._opts)

    def _files(self) -> ConfigMap:
        pools, group = self._args.pools, self._args.group

        def servers(hosts: Sequence[str]) -> str:
            return config.servers(pools, config.Members(hosts=hosts, group=group))

        try:
            known = config.files(pools, self._args.accounts, self._args.region)
        except ValueError as error:
            raise pulumi.RunError(str(error)) from None
        listed = pulumi.Output.all(*self._args.hosts).apply(servers)
        return ConfigMap(self._name, metadata=_METADATA, data={**known, config.SERVERS: listed}, opts=self._opts)

    def _words(self) -> Secret:
        def files(words: Sequence[str]) -> Mapping[str, str]:
            return config.words(words[0], words[1])

        both = pulumi.Output.all(self._args.password, self._args.monitor_password)
        data = pulumi.Output.secret(both).apply(files)
        return Secret(self._name, metadata=_METADATA, string_data=data, opts=self._opts)

    def _clients(self) -> None:
        metadata: ObjectMetaArgsDict = {"name": CLIENTS, "namespace": BUSINESS, "labels": LABELS}
        files = clients.files(self._args.pools, self._args.read_seconds)
        ConfigMap(f"{self._name}-clients", metadata=metadata, data=files, opts=self._opts)

    def _network(self) -> None:
        own, theirs = network.of_proxysql(self._args.networks), network.of_clients()
        NetworkPolicy(self._name, metadata=_METADATA, spec=own, opts=self._opts)
        metadata: ObjectMetaArgsDict = {"name": CLIENTS, "namespace": BUSINESS, "labels": LABELS}
        NetworkPolicy(f"{self._name}-clients", metadata=metadata, spec=theirs, opts=self._opts)

    def _service(self) -> None:
        Service(
            self._name,
            # The real provider would wait for endpoints, which come with the Deployment.
            metadata={**_METADATA, "name": HOST, "annotations": {"pulumi.com/skipAwait": "true"}},
            spec={"selector": LABELS, "ports": [{"name": "mysql", "port": MYSQL_PORT, "target_port": "mysql"}]},
            opts=self._opts,
        )

    def _budget(self) -> None:
        PodDisruptionBudget(
            self._name, metadata=_METADATA, spec={"max_unavailable": 1, "selector": _PODS}, opts=self._opts
        )

    def _deployment(self, first: Sequence[pulumi.Resource]) -> Deployment:
        return Deployment(
            self._name,
            metadata=_METADATA,
            spec={
                "replicas": COPIES,
                "selector": _PODS,
                "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": SURGE, "max_unavailable": 0}},
                # No digest of the files: pods take up a change of them without ending.
                "template": {"metadata": {"labels": LABELS}, "spec": pod_spec(self._args.pools)},
            },
            opts=pulumi.ResourceOptions.merge(self._opts, pulumi.ResourceOptions(depends_on=list(first))),
        )

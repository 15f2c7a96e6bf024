"""The database of a region.

A primary of two sites or more has a group: a member in each site and, where those are even, a witness in a third zone,
so that any one zone may be lost. A standby has an asynchronous copy of the group's first member, which has a standby
of its own in a zone that holds nothing else: a copy follows one instance and can not be led to another. A primary of
one site has a single instance that fails over to the witness's zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pulumi
from pulumi_aws.rds import Instance, InstanceAutomatedBackupsReplication, ParameterGroup, SubnetGroup

from components import addressing, keys, naming
from components.base import Component
from components.chosen import ChosenSecretArgs
from components.database import MONITOR, USER, WITNESS, group_name, members
from components.network.region import RegionNetwork
from components.network.zone import SiteNetwork, StandbyNetwork, StandbyNetworkArgs, WitnessNetwork
from components.settings import Settings
from components.storage.images import DatabaseImages, ImagesArgs
from components.storage.mysql import instances, parameters, windows
from components.storage.mysql.instances import Ground, Place
from components.storage.mysql.notices import Notices, NoticesArgs
from components.storage.mysql.secret import (
    CopiedSecret,
    CopiedSecretArgs,
    MasterSecret,
    MonitorSecret,
    ReplicationSecret,
)
from components.storage.mysql.ways import way_in
from components.upstream import DatabaseOutputs


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseArgs:
    """What of the region the database stands on.

    Attributes:
        settings: of the stack.
        account: the AWS account.
        network: the region's.
        sites: networks by the name of their site.
        witness: the third zone.
        images: name of the repository of the bootstrap's image, which is the upstream's where there is one.
        upstream: what a standby copies; None in a primary.
    """

    settings: Settings
    account: str
    network: RegionNetwork
    sites: Mapping[str, SiteNetwork]
    witness: WitnessNetwork
    images: str
    upstream: DatabaseOutputs | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What whoever forms the group is told of it: its UUID, and where the password lies that members show each other.

    `replication_secret` is an ARN.
    """

    name: str
    replication_secret: pulumi.Output[str]


class Database(Component):
    """A group, a copy of one, or a single instance.

    Attributes:
        group: the group; None where there is none.
        image: of the bootstrap and the exporter, by digest.
        parameter_group: its name, for whoever sets the seeds.
        endpoints: host names by instance, the group's first member first; all listen at port 3306.
        key_arn: of the key of storage and login.
        secret_arn: of the master user's login, as `{"username": ..., "password": ...}`.
        topic: who is told of it, and of alarms, as ARN.
        outputs: what a standby needs.
    """

    type_path = "storage:Database"
    endpoints: Mapping[str, pulumi.Output[str]]
    parameter_group: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]
    topic: pulumi.Output[str]

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args, self._settings = name, args, args.settings.database
        group = () if args.upstream else members([site.name for site in args.settings.sites])
        self.key_arn = self._key()
        self.image = self._images()
        self.group = self._group() if group else None
        self.parameter_group = self._parameters().name
        secret = self._secret(args.upstream)
        self.secret_arn = secret.arn
        found = self._members(group, secret.value) if group else [self._single(secret.value)]
        self.topic = self._notices(found)
        self.endpoints = {name: instance.address for name, instance in found}
        monitor, password = self._monitor(secret.value)
        self.outputs = DatabaseOutputs(
            source_arn=found[0][1].arn, password=secret.value, monitor=monitor, monitor_password=password
        )
        self.publish()

    def _key(self) -> pulumi.Output[str]:
        args = keys.EncryptionKeyArgs(
            description=f"database of {self._args.settings.name}",
            account=self._args.account,
            statements=[keys.for_notices(self._args.account)],
            protect=self._args.settings.protect,
        )
        return keys.EncryptionKey(self._name, args, self.child()).arn

    def _images(self) -> str:
        settings = self._args.settings
        args = ImagesArgs(
            account=self._args.account, region=settings.region, digest=self._settings.image_digest,
            protect=settings.protect,
        )  # fmt: skip
        return DatabaseImages(self._args.images, args, self.child()).image

    def _group(self) -> Group:
        secret = ReplicationSecret(f"{self._name}-replication", self._chosen(), self.child())
        return Group(name=group_name(self._args.settings.name), replication_secret=secret.arn)

    def _monitor(self, master: pulumi.Input[str]) -> tuple[str, pulumi.Input[str]]:
        """Return who looks at the instances, by name and password: an account of the group's, where there is one."""
        if self._args.upstream:
            return self._args.upstream.monitor, self._args.upstream.monitor_password
        if self.group:
            return MONITOR, MonitorSecret(f"{self._name}-monitor", self._chosen(), self.child()).value
        return USER, master

    def _secret(self, upstream: DatabaseOutputs | None) -> MasterSecret | CopiedSecret:
        if upstream is None:
            return MasterSecret(self._name, self._chosen(), self.child())
        protect = self._args.settings.protect
        args = CopiedSecretArgs(key=self.key_arn, password=upstream.password, protect=protect)
        return CopiedSecret(self._name, args, self.child())

    def _chosen(self) -> ChosenSecretArgs:
        return ChosenSecretArgs(key=self.key_arn, protect=self._args.settings.protect)

    def _parameters(self) -> ParameterGroup:
        """Return the parameter group of this database and of nothing else.

        A group's is not looked at again, since the seeds in it are not ours; a change is a new one beside it, which
        the digest asks for, as a description can not be changed.
        """
        found = parameters.of_member(self.group.name) if self.group else parameters.of_one()
        return ParameterGroup(
            self._name,
            family=parameters.FAMILY,
            description=f"database of {self._args.settings.name}, parameters {parameters.digest(found)}",
            parameters=found,
            tags={"Name": self._name},
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["parameters"] if self.group else []),
        )

    def _ground(self) -> Ground:
        settings, network = self._args.settings, self._args.network
        ways = way_in(self._name, settings, network, grouped=self.group is not None, opts=self.child())
        return Ground(
            settings=self._settings,
            parameters=self.parameter_group,
            key=self.key_arn,
            security_group=ways.id,
            protect=settings.protect,
        )

    def _members(self, group: Sequence[str], password: pulumi.Output[str]) -> list[tuple[str, Instance]]:
        ground = self._ground()
        together = self._subnets(self._name, [self._where()[each] for each in group])
        zones = {site.name: site.zone for site in self._args.settings.sites}
        zones[WITNESS] = self._args.settings.network.witness_zone
        found: list[tuple[str, Instance]] = []
        plan = naming.backups(self._args.settings.name)
        for number, each in enumerate(group):
            name = f"{self._name}-{each}"
            if number == 0:
                place = Place(site=each, number=number, subnets=self._own_subnets(each), zone=None, plan=plan)
            else:
                place = Place(site=each, number=number, subnets=together, zone=zones[each])
            found.append((name, instances.original(name, ground, place, password, self.child())))
        return found

    def _single(self, password: pulumi.Output[str]) -> tuple[str, Instance]:
        subnets = self._subnets(self._name, list(self._where().values()))
        plan = naming.backups(self._args.settings.name)
        place = Place(site="regional", number=windows.LAST, subnets=subnets, zone=None, plan=plan)
        ground, upstream, replica = self._ground(), self._args.upstream, self._settings.replica
        if upstream is None or replica is None:
            return self._name, instances.original(self._name, ground, place, password, self.child())
        self._backups(upstream)
        if replica.promoted:
            return self._name, instances.promoted(self._name, ground, place, password, self.child())
        return self._name, instances.copy(self._name, ground, place, upstream.source_arn, self.child())

    def _backups(self, upstream: DatabaseOutputs) -> None:
        """Keep the upstream's backups here too: a copy repeats a mistake within seconds, and a backup does not."""
        InstanceAutomatedBackupsReplication(
            self._name,
            source_db_instance_arn=upstream.source_arn,
            kms_key_id=self.key_arn,
            retention_period=self._settings.backup_days,
            opts=self.child(),
        )

    def _own_subnets(self, member: str) -> pulumi.Output[str]:
        """Return the subnet group of the first member: its site's zone, and its standby's."""
        own = self._where()[member]
        # Settings of a primary name the zone.
        zone = cast("str", self._settings.standby_zone)
        address = addressing.standby_address(self._args.settings.network.cidr)
        args = StandbyNetworkArgs(network=self._args.network, site="standby", zone=zone, address=address)
        standby = StandbyNetwork(f"{self._args.settings.name}-standby", args, self.child())
        return self._subnets(f"{self._name}-standby", [own, standby.database_subnet_id])

    def _where(self) -> dict[str, pulumi.Input[str]]:
        """Return the database subnets by the name of their site, and the witness's."""
        sites = {name: site.database_subnet_id for name, site in self._args.sites.items()}
        return {**sites, WITNESS: self._args.witness.database_subnet_id}

    def _subnets(self, name: str, subnets: Sequence[pulumi.Input[str]]) -> pulumi.Output[str]:
        return SubnetGroup(
            name, description="one subnet a zone", subnet_ids=list(subnets), tags={"Name": name}, opts=self.child()
        ).name

    def _notices(self, found: Sequence[tuple[str, Instance]]) -> pulumi.Output[str]:
        replica = self._settings.replica
        lag = replica.lag_seconds if replica and not replica.promoted else None
        args = NoticesArgs(instances=found, storage=self._settings.storage_gib, lag=lag, key=self.key_arn)
        return Notices(self._name, args, self.child()).topic

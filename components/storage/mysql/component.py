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
from pulumi_aws.ec2 import SecurityGroup
from pulumi_aws.rds import Instance, InstanceAutomatedBackupsReplication, ParameterGroup, SubnetGroup
from pulumi_aws.vpc import SecurityGroupEgressRule, SecurityGroupIngressRule

from components import addressing, keys, naming
from components.base import Component
from components.chosen import ChosenSecretArgs
from components.database import WITNESS, group_name, members
from components.network.region import RegionNetwork
from components.network.zone import SiteNetwork, StandbyNetwork, StandbyNetworkArgs, WitnessNetwork
from components.ports import MYSQL_PORT
from components.settings import Settings
from components.storage.mysql import instances, parameters, windows
from components.storage.mysql.instances import Ground, Place
from components.storage.mysql.notices import Notices, NoticesArgs
from components.storage.mysql.secret import CopiedSecret, CopiedSecretArgs, MasterSecret
from components.storage.places import let_in
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
        upstream: what a standby copies; None in a primary.
    """

    settings: Settings
    account: str
    network: RegionNetwork
    sites: Mapping[str, SiteNetwork]
    witness: WitnessNetwork
    upstream: DatabaseOutputs | None


class Database(Component):
    """A group, a copy of one, or a single instance.

    Attributes:
        group_name: of the group, a UUID; "" where there is none.
        parameter_group: its name, for whoever sets the seeds.
        endpoints: host names of the instances, the group's first member first; all listen at port 3306.
        key_arn: of the key of storage and login.
        secret_arn: of the master user's login, as `{"username": ..., "password": ...}`.
        outputs: what a standby needs.
    """

    type_path = "storage:Database"
    endpoints: Sequence[pulumi.Output[str]]
    parameter_group: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args, self._settings = name, args, args.settings.database
        group = () if args.upstream else members([site.name for site in args.settings.sites])
        self.group_name: str = group_name(args.settings.name) if group else ""
        self.key_arn = self._key()
        self.parameter_group = self._parameters().name
        secret = self._secret(args.upstream)
        self.secret_arn = secret.arn
        found = self._members(group, secret.value) if group else [self._single(secret.value)]
        self._notices(found)
        self.endpoints = [instance.address for _, instance in found]
        self.outputs = DatabaseOutputs(source_arn=found[0][1].arn, password=secret.value)
        self.publish()

    def _key(self) -> pulumi.Output[str]:
        args = keys.EncryptionKeyArgs(
            description=f"database of {self._args.settings.name}",
            account=self._args.account,
            statements=[keys.for_notices(self._args.account)],
            protect=self._args.settings.protect,
        )
        return keys.EncryptionKey(self._name, args, self.child()).arn

    def _secret(self, upstream: DatabaseOutputs | None) -> MasterSecret | CopiedSecret:
        protect = self._args.settings.protect
        if upstream is None:
            return MasterSecret(self._name, ChosenSecretArgs(key=self.key_arn, protect=protect), self.child())
        args = CopiedSecretArgs(key=self.key_arn, password=upstream.password, protect=protect)
        return CopiedSecret(self._name, args, self.child())

    def _parameters(self) -> ParameterGroup:
        """Return the parameter group of this database and of nothing else.

        A group's is not looked at again, since the seeds in it are not ours; a change is a new one beside it, which
        the digest asks for, as a description can not be changed.
        """
        found = parameters.of_member(self.group_name) if self.group_name else parameters.of_one()
        return ParameterGroup(
            self._name,
            family=parameters.FAMILY,
            description=f"database of {self._args.settings.name}, parameters {parameters.digest(found)}",
            parameters=found,
            tags={"Name": self._name},
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["parameters"] if self.group_name else []),
        )

    def _ground(self) -> Ground:
        return Ground(
            settings=self._settings,
            parameters=self.parameter_group,
            key=self.key_arn,
            security_group=self._security_group().id,
            protect=self._args.settings.protect,
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
        source = None if replica.promoted else upstream.source_arn
        return self._name, instances.copy(self._name, ground, place, source, self.child())

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

    def _security_group(self) -> SecurityGroup:
        group = SecurityGroup(
            self._name,
            vpc_id=self._args.network.vpc_id,
            description="the database, for pods of the region's sites and for its own members",
            tags={"Name": self._name},
            opts=self.child(),
        )
        let_in(group, MYSQL_PORT, self._clients(), self.child())
        if self.group_name:
            self._each_other(group)
        return group

    def _clients(self) -> dict[str, str]:
        """Return the networks of the sites' pods, by the names of the rules that let them in."""
        settings = self._args.settings
        return {
            f"{self._name}-{site.name}": addressing.site_addresses(settings.network.cidr, site.name).private
            for site in settings.sites
        }

    def _each_other(self, group: SecurityGroup) -> None:
        """Let members reach each other, at the port of clients.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-setting-up.html
        """
        for kind, rule in (("in", SecurityGroupIngressRule), ("out", SecurityGroupEgressRule)):
            rule(
                f"{self._name}-members-{kind}",
                security_group_id=group.id,
                referenced_security_group_id=group.id,
                ip_protocol="tcp",
                from_port=MYSQL_PORT,
                to_port=MYSQL_PORT,
                description="members of the group",
                opts=self.child(),
            )

    def _notices(self, found: Sequence[tuple[str, Instance]]) -> None:
        replica = self._settings.replica
        lag = replica.lag_seconds if replica and not replica.promoted else None
        args = NoticesArgs(instances=found, storage=self._settings.storage_gib, lag=lag, key=self.key_arn)
        Notices(self._name, args, self.child())

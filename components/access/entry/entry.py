"""The global entry, from the DNS zone to the accelerator; only a primary has one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.route53 import Zone

from components import keys, naming
from components.access.entry import names
from components.access.entry.accelerator import Accelerator, AcceleratorArgs
from components.access.entry.certificate import Certificate, CertificateArgs
from components.access.entry.distribution import Distribution, DistributionArgs
from components.access.entry.firewall import Firewall, FirewallArgs
from components.access.entry.token import OriginToken
from components.access.log_bucket import LogBucket, LogBucketArgs
from components.base import Component
from components.chosen import ChosenSecretArgs
from components.traffic import Entry as EntrySettings
from components.upstream import EntryOutputs

REGION: Final = "us-east-1"
"""Where a distribution's certificate, firewall and log deliveries must be; the rest of the entry has no region.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryArgs:
    """The entry of the stack named `stack`; `retention_days` is for its logs, `copies` are regions with its token."""

    entry: EntrySettings
    stack: str
    account: str
    retention_days: int
    copies: Sequence[str]
    protect: bool


class Entry(Component):
    """Zone, certificate, firewall, distribution and accelerator. It knows no region: regions join it.

    The first update waits at the certificate until the parent domain delegates to the zone's name servers.
    """

    type_path = "access:Entry"

    def __init__(self, name: str, args: EntryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._zone = self._make_zone()
        certificate, logs = self._certificate(), self._logs()
        self.proofs: list[pulumi.Resource] = [*certificate.proofs]
        key = self._key()
        chosen = ChosenSecretArgs(key=key, protect=args.protect, copies=args.copies)
        token = OriginToken(f"{name}-origin", chosen, self.child())
        self._distribution(certificate, self._firewall(key), token, logs)
        self.accelerator = Accelerator(name, AcceleratorArgs(logs=logs), self.child())
        self.outputs = self._outputs(token)
        self.register_outputs({"zone_id": self.outputs.zone_id})

    def _make_zone(self) -> Zone:
        # Another zone would have other name servers than those that the parent domain delegates to.
        protected = pulumi.ResourceOptions(parent=self, protect=self._args.protect)
        return Zone(self._name, name=self._args.entry.domain, tags={"Name": self._name}, opts=protected)

    def _key(self) -> pulumi.Output[str]:
        args = keys.EncryptionKeyArgs(
            description=f"logs and token of {self._name}",
            account=self._args.account,
            statements=[keys.for_logs(REGION, self._args.account)],
            protect=self._args.protect,
        )
        return keys.EncryptionKey(naming.entry_key(self._args.stack), args, self.child()).arn

    def _certificate(self) -> Certificate:
        covered = names.on_certificates(self._args.entry.domain)
        return Certificate(self._name, CertificateArgs(names=covered, zone_id=self._zone.zone_id), self.child())

    def _logs(self) -> LogBucket:
        args = LogBucketArgs(
            account=self._args.account, retention_days=self._args.retention_days, protect=self._args.protect
        )
        return LogBucket(naming.entry_logs(self._args.stack), args, self.child())

    def _firewall(self, key: pulumi.Output[str]) -> Firewall:
        args = FirewallArgs(
            limits=self._args.entry.firewall,
            stack=self._args.stack,
            key=key,
            retention_days=self._args.retention_days,
        )
        return Firewall(self._name, args, self.child())

    def _distribution(self, certificate: Certificate, firewall: Firewall, token: OriginToken, logs: LogBucket) -> None:
        args = DistributionArgs(
            domain=self._args.entry.domain,
            zone_id=self._zone.zone_id,
            certificate=certificate.arn,
            firewall=firewall.arn,
            token=token.value,
            logs=logs,
        )
        Distribution(self._name, args, self.child())

    def _outputs(self, token: OriginToken) -> EntryOutputs:
        return EntryOutputs(
            domain=self._args.entry.domain,
            zone_id=self._zone.zone_id,
            name_servers=self._zone.name_servers,
            listener_arn=self.accelerator.listener_arn,
            origin_token=token.value,
        )

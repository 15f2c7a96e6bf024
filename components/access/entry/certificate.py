"""A certificate of ACM that DNS proves."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_aws.acm import Certificate as AcmCertificate
from pulumi_aws.acm import CertificateValidation
from pulumi_aws.acm.outputs import CertificateDomainValidationOption
from pulumi_aws.route53 import Record

from components.base import Component

_TTL_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateArgs:
    """What it names; `zone_id` is where its proofs are written, None where they stand already, made by `proofs`.

    The proof of a name is the same for every certificate and region of an account, so it is written once:
    https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """

    names: Sequence[str]
    zone_id: pulumi.Input[str] | None
    proofs: Sequence[pulumi.Resource] = field(default_factory=list[pulumi.Resource])


class Certificate(Component):
    """A certificate in the region of its provider, usable once `arn` is known; it renews itself."""

    type_path = "access:Certificate"
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name = name
        first, *others = args.names
        made = AcmCertificate(
            name,
            domain_name=first,
            subject_alternative_names=others,
            validation_method="DNS",
            tags={"Name": name},
            opts=self.child(),
        )
        self.proofs: list[Record] = []
        if args.zone_id is not None:
            self.proofs = [self._proof(made, each, args.zone_id) for each in args.names]
        self.arn = self._validated(made, args.proofs)
        self.publish()

    def _proof(self, made: AcmCertificate, name: str, zone_id: pulumi.Input[str]) -> Record:
        option = made.domain_validation_options.apply(lambda found: _option(found, name))
        return Record(
            f"{self._name}-{name.partition('.')[0]}",
            zone_id=zone_id,
            name=option.apply(lambda each: each.resource_record_name or ""),
            type=option.apply(lambda each: each.resource_record_type or ""),
            records=[option.apply(lambda each: each.resource_record_value or "")],
            ttl=_TTL_SECONDS,
            opts=self.child(),
        )

    def _validated(self, made: AcmCertificate, proofs: Sequence[pulumi.Resource]) -> pulumi.Output[str]:
        validation = CertificateValidation(
            self._name,
            certificate_arn=made.arn,
            validation_record_fqdns=[each.fqdn for each in self.proofs] or None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(proofs)),
        )
        return validation.certificate_arn


def _option(found: Sequence[CertificateDomainValidationOption], name: str) -> CertificateDomainValidationOption:
    return next(each for each in found if each.domain_name == name)

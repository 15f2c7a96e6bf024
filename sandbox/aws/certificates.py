"""ACM certificates, and the wait for their validation.

moto issues a certificate some seconds after it was asked for, whoever holds the domain; the wait here goes by what ACM
looks for: the records in the domain's zones. Nobody asks whether the zone is the one that the domain's registrar names.
moto keeps nothing of the key's algorithm and changes no options: for these the ledger's word stands.
"""

import time
from typing import Any

from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs, reconcile
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, rows

CERTIFICATE = "aws:acm/certificate:Certificate"
METHODS = ("DNS", "EMAIL")
ALGORITHMS = ("RSA_2048", "EC_prime256v1", "EC_secp384r1")
"""Of keys that ACM makes for a public certificate
(https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html)."""

WAIT_SECONDS = 60.0
"""AWS's provider waits 75 minutes; here all that could make a record is done long before."""

POLL_SECONDS = 0.5


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    require_one_of("validationMethod", props.get("validationMethod", METHODS[0]), METHODS)
    require_one_of("keyAlgorithm", props.get("keyAlgorithm", ALGORITHMS[0]), ALGORITHMS)
    given: dict[str, Any] = {"Tags": pairs(props["tags"])} if props.get("tags") else {}
    if props.get("subjectAlternativeNames"):
        given["SubjectAlternativeNames"] = props["subjectAlternativeNames"]
    if "options" in props:
        given["Options"] = {key[0].upper() + key[1:]: value for key, value in props["options"].items()}
    arn = cloud.client("acm").request_certificate(
        DomainName=props["domainName"], ValidationMethod=props.get("validationMethod", METHODS[0]), **given
    )["CertificateArn"]
    made = _describe(cloud, arn)
    return arn, {
        "arn": arn, "status": made["Status"], "type": made["Type"], "domainValidationOptions": _options(made),
        "renewalEligibility": made["RenewalEligibility"], "validationEmails": [], "pendingRenewal": False,
    }  # fmt: skip


def _describe(cloud: Cloud, arn: str) -> Props:
    return found(lambda: cloud.client("acm").describe_certificate(CertificateArn=arn)).get("Certificate") or {}


def _options(certificate: Props) -> list[Props]:
    """One a domain: the record that proves it, the certificate's own first."""
    options = sorted(
        rows(certificate, "DomainValidationOptions"),
        key=lambda one: (one["DomainName"] != certificate["DomainName"], one["DomainName"]),
    )
    names = {"resourceRecordName": "Name", "resourceRecordType": "Type", "resourceRecordValue": "Value"}
    return [
        {"domainName": one["DomainName"], **{name: one["ResourceRecord"][key] for name, key in names.items()}}
        for one in options
    ]


def _read(cloud: Cloud, row: Row) -> Props | None:
    if not _describe(cloud, row.id):
        return None
    return {"tags": mapping(cloud.client("acm").list_tags_for_certificate(CertificateArn=row.id)["Tags"])}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    acm = cloud.client("acm")
    reconcile(
        row.inputs, news,
        lambda gone: acm.remove_tags_from_certificate(CertificateArn=row.id, Tags=[{"Key": key} for key in gone]),
        lambda tags: acm.add_tags_to_certificate(CertificateArn=row.id, Tags=pairs(tags)),
    )  # fmt: skip
    return {}


def _validate(cloud: Cloud, props: Props) -> tuple[str, Props]:
    """Wait until the records stand and ACM has issued the certificate."""
    arn = props["certificateArn"]
    options = _options(_describe(cloud, arn))
    _require_named(options, props.get("validationRecordFqdns"))
    deadline = time.monotonic() + WAIT_SECONDS
    while not _is_proved(cloud, arn, options):
        if time.monotonic() > deadline:
            missing = ", ".join(f"{one['resourceRecordName']} CNAME" for one in _missing(cloud, options))
            raise ProviderError(
                f"certificate {arn} is not issued: {missing or 'nothing'} is missing from the hosted zones; "
                "make a record of each of its domainValidationOptions"
            )
        time.sleep(POLL_SECONDS)
    return arn, {}


def _is_proved(cloud: Cloud, arn: str, options: list[Props]) -> bool:
    return not _missing(cloud, options) and _describe(cloud, arn).get("Status") == "ISSUED"


def _require_named(options: list[Props], fqdns: list[str] | None) -> None:
    if fqdns is None:
        return
    named = {fqdn.rstrip(".") for fqdn in fqdns}
    missing = {one["resourceRecordName"].rstrip(".") for one in options} - named
    require(not missing, f"validationRecordFqdns lacks {', '.join(sorted(missing))}; give a record for each domain")


def _missing(cloud: Cloud, options: list[Props]) -> list[Props]:
    client = cloud.client("route53")
    zones = client.list_hosted_zones()["HostedZones"]
    pages = [client.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"] for zone in zones]
    held = {
        (record["Name"].rstrip("."), one["Value"].rstrip("."))
        for page in pages for record in page if record["Type"] == "CNAME" for one in rows(record, "ResourceRecords")
    }  # fmt: skip
    keys = ("resourceRecordName", "resourceRecordValue")
    return [one for one in options if tuple(one[key].rstrip(".") for key in keys) not in held]


SPECS = (
    Spec(
        CERTIFICATE,
        inputs(
            "domainName!* subjectAlternativeNames! validationMethod! keyAlgorithm! "
            "options.certificateTransparencyLoggingPreference options.export! tags"
        ),
        _create, _read, _update,
        lambda cloud, row: vanish(lambda: cloud.client("acm").delete_certificate(CertificateArn=row.id)),
        computed=(
            "arn", "status", "type", "domainValidationOptions", "renewalEligibility", "validationEmails",
            "pendingRenewal",
        ),
    ),
    Spec(
        "aws:acm/certificateValidation:CertificateValidation", inputs("certificateArn!* validationRecordFqdns!"),
        _validate, held="recorded", references=(Reference("certificateArn", CERTIFICATE, output="arn"),),
    ),
)  # fmt: skip

"""VPC peering between regions: requester, accepter and DNS options."""

from botocore.exceptions import ClientError

from sandbox.aws.cloud import Cloud, found
from sandbox.aws.ledger import Row
from sandbox.aws.network import VPC, retagged
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import at_creation, held, mapping
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, rows, section

PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
ENDED = {"deleted", "deleting", "rejected", "failed", "expired"}
DNS = "allowRemoteVpcDnsResolution"
SIDES = ("requester", "accepter")


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    region = props.get("peerRegion", cloud.region)
    _require_peer(cloud, region, props["peerVpcId"])
    made = cloud.ec2.create_vpc_peering_connection(
        VpcId=props["vpcId"], PeerVpcId=props["peerVpcId"], PeerRegion=region,
        **at_creation("vpc-peering-connection", props),
    )["VpcPeeringConnection"]  # fmt: skip
    return made["VpcPeeringConnectionId"], {"acceptStatus": "pending-acceptance"}


def _require_peer(cloud: Cloud, region: str, vpc: str) -> None:
    if cloud.ledger.get(region, VPC, vpc) is None:
        raise ProviderError(
            f"InvalidVpcID.NotFound: peer VPC {vpc!r} does not exist in {region}; bring up the stack that owns it first"
        )


def _describe(cloud: Cloud, peering: str) -> Props | None:
    answer = found(lambda: cloud.ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering]))
    alive = [p for p in rows(answer, "VpcPeeringConnections") if p["Status"]["Code"] not in ENDED]
    return alive[0] if alive else None


def _read(cloud: Cloud, row: Row) -> Props | None:
    peering = _describe(cloud, row.id)
    return None if peering is None else {"tags": mapping(peering.get("Tags"))}


def _delete(cloud: Cloud, row: Row) -> None:
    if _describe(cloud, row.id) is not None:
        cloud.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=row.id)


def _accept(cloud: Cloud, props: Props) -> tuple[str, Props]:
    peering = props["vpcPeeringConnectionId"]
    known = _describe(cloud, peering)
    if known is None:
        raise ProviderError(f"InvalidVpcPeeringConnectionID.NotFound: {peering!r} does not exist or has ended")
    if props.get("autoAccept") and known["Status"]["Code"] == "pending-acceptance":
        cloud.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    _tag_accepter(cloud, peering, props)
    return peering, {"acceptStatus": "active" if props.get("autoAccept") else "pending-acceptance"}


def _tag_accepter(cloud: Cloud, peering: str, props: Props) -> None:
    """Both sides have tags of their own; moto keeps one set in each region."""
    if props.get("tags"):
        cloud.ec2.create_tags(Resources=[peering], Tags=[{"Key": k, "Value": v} for k, v in props["tags"].items()])


def _read_options(cloud: Cloud, row: Row) -> Props | None:
    peering = _describe(cloud, row.id)
    if peering is None:
        return None
    return {side: {DNS: _allowed(peering, side)} for side in SIDES if side in row.inputs}


def _allowed(peering: Props, side: str) -> bool:
    return bool(section(peering, f"{side.title()}VpcInfo", "PeeringOptions").get("AllowDnsResolutionFromRemoteVpc"))


def _read_accepter(cloud: Cloud, row: Row) -> Props | None:
    return None if _describe(cloud, row.id) is None else {"tags": held(cloud, row.id)}


def _options(props: Props, side: str) -> dict[str, bool]:
    return {"AllowDnsResolutionFromRemoteVpc": bool(section(props, side).get(DNS))}


def _set_options(cloud: Cloud, props: Props) -> None:
    sides = {f"{side.title()}PeeringConnectionOptions": _options(props, side) for side in SIDES
             if side in props}  # fmt: skip
    try:
        cloud.ec2.modify_vpc_peering_connection_options(VpcPeeringConnectionId=props["vpcPeeringConnectionId"], **sides)
    except ClientError as error:
        raise ProviderError(f"{error}; options need an active peering: wait for the accepter") from error


def _create_options(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _set_options(cloud, props)
    return props["vpcPeeringConnectionId"], {}


def _update_options(cloud: Cloud, row: Row, news: Props) -> Props:
    del row
    _set_options(cloud, news)
    return {}


SPECS = (
    Spec(
        PEERING, inputs("vpcId!* peerVpcId!* peerRegion! tags"), _create, _read, retagged, _delete,
        computed=("acceptStatus",),
        references=(Reference("vpcId", VPC, blocks=True), Reference("peerVpcId", VPC, blocks=True, everywhere=True)),
    ),
    Spec(
        "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
        inputs("vpcPeeringConnectionId!* autoAccept tags"), _accept, _read_accepter,
        lambda cloud, row, news: _accept(cloud, news)[1] and retagged(cloud, row, news), computed=("acceptStatus",),
        references=(Reference("vpcPeeringConnectionId", PEERING, everywhere=True),),
    ),
    Spec(
        "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions",
        inputs(f"vpcPeeringConnectionId!* requester.{DNS} accepter.{DNS}"),
        _create_options, _read_options, _update_options,
        references=(Reference("vpcPeeringConnectionId", PEERING, everywhere=True),),
    ),
)  # fmt: skip

"""EKS access entries, their policies and pod identities: held by the ledger, which the token authenticator reads."""

import hashlib

from sandbox.aws.cloud import Cloud
from sandbox.aws.eks_cluster import CLUSTER, require_cluster
from sandbox.aws.iam import ROLE
from sandbox.aws.ledger import Row
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, section

ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
POLICY_PREFIX = "arn:aws:eks::aws:cluster-access-policy/"


def _create_entry(cloud: Cloud, props: Props) -> tuple[str, Props]:
    cluster, principal = props["clusterName"], props["principalArn"]
    require_cluster(cloud, cluster)
    _require_api_mode(cloud, cluster)
    identity = f"{cluster}:{principal}"
    if cloud.ledger.get(cloud.region, ENTRY, identity):
        raise ProviderError(f"ResourceInUseException: cluster {cluster} has an access entry of {principal} already")
    return identity, {"accessEntryArn": cloud.arn("eks", f"access-entry/{cluster}/{principal.rsplit(':', 1)[-1]}")}


def _require_api_mode(cloud: Cloud, cluster: str) -> None:
    row = cloud.ledger.get(cloud.region, CLUSTER, cluster)
    mode: str = section(row.inputs if row else {}, "accessConfig").get("authenticationMode", "CONFIG_MAP")
    if not mode.startswith("API"):
        raise ProviderError(
            f"InvalidRequestException: cluster {cluster} has authenticationMode {mode}; "
            "access entries need API or API_AND_CONFIG_MAP"
        )


def _associate(cloud: Cloud, props: Props) -> tuple[str, Props]:
    cluster, principal, policy = props["clusterName"], props["principalArn"], props["policyArn"]
    if cloud.ledger.get(cloud.region, ENTRY, f"{cluster}:{principal}") is None:
        raise ProviderError(
            f"ResourceNotFoundException: cluster {cluster} has no access entry of {principal}; create it first"
        )
    if not policy.startswith(POLICY_PREFIX):
        raise ProviderError(f"InvalidParameterException: policyArn {policy!r} does not start with {POLICY_PREFIX}")
    _require_scope(props["accessScope"])
    return f"{cluster}#{principal}#{policy}", {}


def _require_scope(scope: Props) -> None:
    if scope.get("type") not in {"cluster", "namespace"}:
        raise ProviderError(
            f"InvalidParameterException: accessScope.type is {scope.get('type')!r}; cluster and namespace are allowed"
        )
    if (scope["type"] == "namespace") != bool(scope.get("namespaces")):
        raise ProviderError("InvalidParameterException: accessScope.namespaces goes with type namespace alone")


def _create_pod_identity(cloud: Cloud, props: Props) -> tuple[str, Props]:
    cluster = props["clusterName"]
    require_cluster(cloud, cluster)
    key = f"{cluster}/{props['namespace']}/{props['serviceAccount']}"
    identity = f"a-{hashlib.sha256(key.encode()).hexdigest()[:17]}"
    if cloud.ledger.get(cloud.region, POD_IDENTITY, identity):
        raise ProviderError(f"ResourceInUseException: {key} has a pod identity association already")
    arn = cloud.arn("eks", f"podidentityassociation/{cluster}/{identity}")
    return identity, {"associationId": identity, "associationArn": arn}


def _any_change(cloud: Cloud, row: Row, news: Props) -> Props:
    """Access entries and pod identities change in place, and only the ledger holds them."""
    del cloud, row, news
    return {}


SPECS = (
    Spec(
        ENTRY, inputs("clusterName!* principalArn!* type! kubernetesGroups userName tags"),
        _create_entry, update=_any_change, computed=("accessEntryArn",),
        identity=("clusterName", "principalArn"), held="recorded",
        references=(Reference("clusterName", CLUSTER),),
    ),
    Spec(
        ASSOCIATION,
        inputs("clusterName!* principalArn!* policyArn!* accessScope!* accessScope.type accessScope.namespaces"),
        _associate, identity=("clusterName", "principalArn", "policyArn"), held="recorded",
        references=(Reference("clusterName", CLUSTER),),
    ),
    Spec(
        POD_IDENTITY, inputs("clusterName!* namespace!* serviceAccount!* roleArn* tags"),
        _create_pod_identity, update=_any_change, computed=("associationId", "associationArn"),
        identity=("clusterName", "namespace", "serviceAccount"), held="recorded",
        references=(
            Reference("clusterName", CLUSTER), Reference("roleArn", ROLE, output="arn", everywhere=True),
        ),
    ),
)  # fmt: skip

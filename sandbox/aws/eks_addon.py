"""EKS add-ons: moto has no API for them, so the ledger holds them; metrics-server runs beside the control plane."""

import json

from sandbox.aws.cloud import Cloud
from sandbox.aws.eks_cluster import CLUSTER, require_cluster
from sandbox.aws.iam import ROLE
from sandbox.aws.ledger import Row
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.controllers import metrics_server
from sandbox.controlplane import ControlPlane
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props

ADDON = "aws:eks/addon:Addon"
NAMES = frozenset({
    "vpc-cni", "coredns", "kube-proxy", "aws-ebs-csi-driver", "aws-efs-csi-driver", "snapshot-controller",
    "aws-mountpoint-s3-csi-driver", "eks-pod-identity-agent", "eks-node-monitoring-agent",
    "amazon-cloudwatch-observability", "adot", "aws-guardduty-agent", "metrics-server", "kube-state-metrics",
    "prometheus-node-exporter", "cert-manager", "external-dns", "fluent-bit",
})  # fmt: skip
"""AWS and community add-ons (EKS user guide, workloads-add-ons-available-eks and community-addons)."""


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    cluster, name = props["clusterName"], props["addonName"]
    require_cluster(cloud, cluster)
    _require_valid(props)
    identity = f"{cluster}:{name}"
    if cloud.ledger.get(cloud.region, ADDON, identity):
        raise ProviderError(f"ResourceInUseException: cluster {cluster} has the add-on {name} already")
    if name == metrics_server.NAME:
        metrics_server.install(ControlPlane.of(cloud.paths, cloud.region, cluster))
    return identity, {"arn": cloud.arn("eks", f"addon/{cluster}/{name}/sandbox")}


def _require_valid(props: Props) -> None:
    if props["addonName"] not in NAMES:
        raise ProviderError(
            f"InvalidParameterException: addonName {props['addonName']!r} is no EKS add-on; "
            f"there are {', '.join(sorted(NAMES))}"
        )
    try:
        json.loads(props.get("configurationValues") or "{}")
    except ValueError as error:
        raise ProviderError(
            f"InvalidParameterException: configurationValues of {props['addonName']} is no JSON: {error}"
        ) from None


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    del cloud, row
    _require_valid(news)
    return {}


def _delete(cloud: Cloud, row: Row) -> None:
    _undo(cloud, row.inputs)


def _undo(cloud: Cloud, props: Props) -> None:
    if props["addonName"] == metrics_server.NAME:
        metrics_server.uninstall(ControlPlane.of(cloud.paths, cloud.region, props["clusterName"]))


SPECS = (
    Spec(
        ADDON,
        inputs(
            "clusterName!* addonName!* addonVersion configurationValues resolveConflictsOnCreate "
            "resolveConflictsOnUpdate podIdentityAssociations.roleArn podIdentityAssociations.serviceAccount tags"
        ),
        _create, update=_update, delete=_delete, undo=_undo, computed=("arn",), identity=("clusterName", "addonName"),
        held="recorded",
        references=(
            Reference("clusterName", CLUSTER, blocks=True),
            Reference("podIdentityAssociations.roleArn", ROLE, output="arn", everywhere=True),
        ),
    ),
)  # fmt: skip

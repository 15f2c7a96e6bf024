"""The only place that makes providers: a region or cluster below is never the ambient one."""

import json

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.settings import Settings

_CREDENTIAL_API = "client.authentication.k8s.io/v1beta1"


def regional(settings: Settings, region: str, parent: pulumi.Resource) -> aws.Provider:
    """Return the AWS provider of `region`, whose resources carry the platform's tags."""
    return aws.Provider(
        f"aws-{region}",
        region=region,
        default_tags={"tags": {"owner": settings.owner, "cost": settings.cost_center, "site": "regional"}},
        opts=pulumi.ResourceOptions(parent=parent),
    )


def of_cluster(name: str, kubeconfig: pulumi.Input[str], opts: pulumi.ResourceOptions) -> kubernetes.Provider:
    """Return the Kubernetes provider of one site."""
    return kubernetes.Provider(name, kubeconfig=kubeconfig, enable_server_side_apply=True, opts=opts)


def kubeconfig(name: str, region: str, endpoint: str, authority: str) -> str:
    """Return a kubeconfig whose user is whoever holds the AWS credentials; it has no secret in it."""
    login = ["eks", "get-token", "--cluster-name", name, "--region", region]
    execute = {"apiVersion": _CREDENTIAL_API, "command": "aws", "args": login, "interactiveMode": "Never"}
    cluster = {"server": endpoint, "certificate-authority-data": authority}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [{"name": name, "cluster": cluster}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "users": [{"name": name, "user": {"exec": execute}}],
        }
    )

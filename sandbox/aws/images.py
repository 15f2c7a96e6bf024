"""ECR repositories and how long they keep images. Nobody pushes any here."""

from typing import Any

from sandbox.aws.bags import document
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs, reconcile
from sandbox.plugin.wire import Props, rows, section

REPOSITORY = "aws:ecr/repository:Repository"
MUTABILITY = ("MUTABLE", "IMMUTABLE")


def _scanning(props: Props) -> dict[str, bool]:
    return {"scanOnPush": bool(section(props, "imageScanningConfiguration").get("scanOnPush"))}


def _require_valid(props: Props) -> None:
    require_one_of("imageTagMutability", props.get("imageTagMutability", "MUTABLE"), MUTABILITY)


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_valid(props)
    made = cloud.client("ecr").create_repository(
        repositoryName=props["name"],
        imageTagMutability=props.get("imageTagMutability", "MUTABLE"),
        imageScanningConfiguration=_scanning(props),
        **({"tags": pairs(props["tags"])} if props.get("tags") else {}),
    )["repository"]
    return props["name"], {
        "arn": made["repositoryArn"], "registryId": made["registryId"], "repositoryUrl": _address(cloud, props["name"]),
    }  # fmt: skip


def _address(cloud: Cloud, name: str) -> str:
    return f"{cloud.caller['Account']}.dkr.ecr.{cloud.region}.amazonaws.com/{name}"


def _read(cloud: Cloud, row: Row) -> Props | None:
    client = cloud.client("ecr")
    held = rows(found(lambda: client.describe_repositories(repositoryNames=[row.id])), "repositories")
    if not held:
        return None
    tags = client.list_tags_for_resource(resourceArn=row.outputs["arn"])["tags"]
    seen: dict[str, Any] = {"tags": mapping(tags)}
    if held[0]["imageTagMutability"] != row.inputs.get("imageTagMutability", "MUTABLE"):
        seen["imageTagMutability"] = held[0]["imageTagMutability"]
    if held[0]["imageScanningConfiguration"] != _scanning(row.inputs):
        seen["imageScanningConfiguration"] = held[0]["imageScanningConfiguration"]
    return seen


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_valid(news)
    client, arn = cloud.client("ecr"), row.outputs["arn"]
    client.put_image_tag_mutability(
        repositoryName=row.id, imageTagMutability=news.get("imageTagMutability", "MUTABLE")
    )  # fmt: skip
    client.put_image_scanning_configuration(repositoryName=row.id, imageScanningConfiguration=_scanning(news))
    reconcile(
        row.inputs, news, lambda gone: client.untag_resource(resourceArn=arn, tagKeys=gone),
        lambda tags: client.tag_resource(resourceArn=arn, tags=pairs(tags)),
    )  # fmt: skip
    return {}


def _put_policy(cloud: Cloud, props: Props) -> tuple[str, Props]:
    made = cloud.client("ecr").put_lifecycle_policy(
        repositoryName=props["repository"], lifecyclePolicyText=props["policy"]
    )
    return props["repository"], {"registryId": made["registryId"]}


def _read_policy(cloud: Cloud, row: Row) -> Props | None:
    client = cloud.client("ecr")
    held = found(lambda: client.get_lifecycle_policy(repositoryName=row.id))
    return document(row.inputs, "policy", held["lifecyclePolicyText"]) if held else None


def _update_policy(cloud: Cloud, row: Row, news: Props) -> Props:
    del row
    _put_policy(cloud, news)
    return {}


SPECS = (
    Spec(
        REPOSITORY,
        inputs(
            "name! imageTagMutability imageScanningConfiguration.scanOnPush forceDelete tags"
        ),
        _create, _read, _update,
        lambda cloud, row: vanish(
            lambda: cloud.client("ecr").delete_repository(
                repositoryName=row.id, force=bool(row.inputs.get("forceDelete"))
            )
        ),
        computed=("arn", "registryId", "repositoryUrl"), identity=("name",), autoname=("name", 256),
    ),
    Spec(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy", inputs("repository!* policy*"),
        _put_policy, _read_policy, _update_policy,
        lambda cloud, row: vanish(lambda: cloud.client("ecr").delete_lifecycle_policy(repositoryName=row.id)),
        computed=("registryId",), identity=("repository",), references=(Reference("repository", REPOSITORY),),
    ),
)  # fmt: skip

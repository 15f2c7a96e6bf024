"""IAM roles and their policies."""

from sandbox.aws.bags import document
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs, removed
from sandbox.plugin.wire import Props, rows

ROLE = "aws:iam/role:Role"


def _create_role(cloud: Cloud, props: Props) -> tuple[str, Props]:
    described = {"Description": props["description"]} if props.get("description") else {}
    role = cloud.client("iam").create_role(
        RoleName=props["name"], AssumeRolePolicyDocument=props["assumeRolePolicy"],
        Tags=pairs(props.get("tags")), **described,
    )["Role"]  # fmt: skip
    return props["name"], {"arn": role["Arn"], "uniqueId": role["RoleId"]}


def _read_role(cloud: Cloud, row: Row) -> Props | None:
    answer = found(lambda: cloud.client("iam").get_role(RoleName=row.id))
    if not answer:
        return None
    role = answer["Role"]
    seen: Props = {"description": role.get("Description", ""), "tags": mapping(role.get("Tags"))}
    return seen | document(row.inputs, "assumeRolePolicy", role["AssumeRolePolicyDocument"])


def _update_role(cloud: Cloud, row: Row, news: Props) -> Props:
    iam = cloud.client("iam")
    if news["assumeRolePolicy"] != row.inputs["assumeRolePolicy"]:
        iam.update_assume_role_policy(RoleName=row.id, PolicyDocument=news["assumeRolePolicy"])
    if news.get("description") != row.inputs.get("description"):
        iam.update_role(RoleName=row.id, Description=news.get("description", ""))
    gone = removed(row.inputs, news)
    if gone:
        iam.untag_role(RoleName=row.id, TagKeys=gone)
    if news.get("tags"):
        iam.tag_role(RoleName=row.id, Tags=pairs(news["tags"]))
    return {}


def _attach(cloud: Cloud, props: Props) -> tuple[str, Props]:
    cloud.client("iam").attach_role_policy(RoleName=props["role"], PolicyArn=props["policyArn"])
    return f"{props['role']}/{props['policyArn']}", {}


def _read_attachment(cloud: Cloud, row: Row) -> Props | None:
    answer = found(lambda: cloud.client("iam").list_attached_role_policies(RoleName=row.inputs["role"], MaxItems=100))
    attached = [policy["PolicyArn"] for policy in rows(answer, "AttachedPolicies")]
    return {} if row.inputs["policyArn"] in attached else None


def _detach(cloud: Cloud, row: Row) -> None:
    vanish(
        lambda: cloud.client("iam").detach_role_policy(RoleName=row.inputs["role"], PolicyArn=row.inputs["policyArn"])
    )


def _put_policy(cloud: Cloud, props: Props) -> tuple[str, Props]:
    cloud.client("iam").put_role_policy(
        RoleName=props["role"], PolicyName=props["name"], PolicyDocument=props["policy"]
    )
    return f"{props['role']}:{props['name']}", {}


def _read_policy(cloud: Cloud, row: Row) -> Props | None:
    answer = found(
        lambda: cloud.client("iam").get_role_policy(RoleName=row.inputs["role"], PolicyName=row.inputs["name"])
    )
    return document(row.inputs, "policy", answer["PolicyDocument"]) if answer else None


def _delete_policy(cloud: Cloud, row: Row) -> None:
    vanish(lambda: cloud.client("iam").delete_role_policy(RoleName=row.inputs["role"], PolicyName=row.inputs["name"]))


SPECS = (
    Spec(
        ROLE, inputs("name! assumeRolePolicy* description tags"), _create_role, _read_role, _update_role,
        lambda cloud, row: vanish(lambda: cloud.client("iam").delete_role(RoleName=row.id)),
        computed=("arn", "uniqueId"), identity=("name",), autoname=("name", 64),
    ),
    Spec(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment", inputs("role!* policyArn!*"),
        _attach, _read_attachment, delete=_detach, identity=("role", "policyArn"),
        references=(Reference("role", ROLE, blocks=True, everywhere=True),),
    ),
    Spec(
        "aws:iam/rolePolicy:RolePolicy", inputs("name! role!* policy*"), _put_policy, _read_policy,
        lambda cloud, row, news: _put_policy(cloud, row.inputs | news)[1], _delete_policy,
        identity=("role", "name"), autoname=("name", 128),
        references=(Reference("role", ROLE, blocks=True, everywhere=True),),
    ),
)  # fmt: skip

"""Security groups, their rules, the emptied default group and flow logs."""

from typing import Any

from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.network import VPC, retagged
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import at_creation, mapping
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, rows, section

GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "securityGroupId!* cidrIpv4 referencedSecurityGroupId ipProtocol* fromPort toPort description tags"
RULE_NAMES = {
    "ipProtocol": "IpProtocol", "fromPort": "FromPort", "toPort": "ToPort", "cidrIpv4": "CidrIpv4",
    "description": "Description",
}  # fmt: skip
EVERY_PORT = -1
"""How EC2 shows the ports of a rule that has none
(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html)."""


def _create_group(cloud: Cloud, props: Props) -> tuple[str, Props]:
    made = cloud.ec2.create_security_group(
        GroupName=props["name"], Description=props.get("description", "Managed by Pulumi"), VpcId=props["vpcId"],
        **at_creation("security-group", props),
    )  # fmt: skip
    group = made["GroupId"]
    # AWS allows all egress at first; Pulumi's provider takes it away.
    _empty(cloud, _describe(cloud, group) or {}, "Egress")
    return group, {
        "arn": cloud.arn("ec2", f"security-group/{group}"),
        "ownerId": cloud.caller["Account"],
    }


def _describe(cloud: Cloud, group: str) -> Props | None:
    answer = found(lambda: cloud.ec2.describe_security_groups(GroupIds=[group]))
    return next(iter(rows(answer, "SecurityGroups")), None)


def _empty(cloud: Cloud, group: Props, *directions: str) -> None:
    calls = {"Egress": cloud.ec2.revoke_security_group_egress, "Ingress": cloud.ec2.revoke_security_group_ingress}
    for direction in directions:
        rules = rows(group, "IpPermissionsEgress" if direction == "Egress" else "IpPermissions")
        if rules:
            calls[direction](GroupId=group["GroupId"], IpPermissions=rules)


def _read_group(cloud: Cloud, row: Row) -> Props | None:
    group = _describe(cloud, row.id)
    return None if group is None else {"tags": mapping(group.get("Tags"))}


def _permission(props: Props) -> dict[str, Any]:
    described = {"Description": props["description"]} if props.get("description") else {}
    permission: dict[str, Any] = {"IpProtocol": str(props["ipProtocol"])}
    for name, key in (("fromPort", "FromPort"), ("toPort", "ToPort")):
        if name in props:
            permission[key] = props[name]
    if props.get("cidrIpv4"):
        permission["IpRanges"] = [{"CidrIp": props["cidrIpv4"], **described}]
    elif props.get("referencedSecurityGroupId"):
        permission["UserIdGroupPairs"] = [{"GroupId": props["referencedSecurityGroupId"], **described}]
    else:
        raise ProviderError("a security group rule needs cidrIpv4 or referencedSecurityGroupId")
    return permission


class _Rules:
    """The two directions of rules differ in the names of their calls alone."""

    def __init__(self, direction: str) -> None:
        self.direction = direction

    def create(self, cloud: Cloud, props: Props) -> tuple[str, Props]:
        authorize = getattr(cloud.ec2, f"authorize_security_group_{self.direction}")
        made = authorize(
            GroupId=props["securityGroupId"], IpPermissions=[_permission(props)],
            **at_creation("security-group-rule", props),
        )  # fmt: skip
        rule = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        return rule, {"arn": cloud.arn("ec2", f"security-group-rule/{rule}"), "securityGroupRuleId": rule}

    def read(self, cloud: Cloud, row: Row) -> Props | None:
        rule = _rule(cloud, row)
        if rule is None:
            return None
        seen = {name: rule.get(key) for name, key in RULE_NAMES.items() if rule.get(key) != EVERY_PORT}
        group = section(rule, "ReferencedGroupInfo").get("GroupId")
        if group:  # moto forgets what such a rule is for
            seen["description"] = row.inputs.get("description")
        return seen | {"referencedSecurityGroupId": group, "tags": mapping(rule.get("Tags"))}

    def update(self, cloud: Cloud, row: Row, news: Props) -> Props:
        """Change the rule where AWS has it, and its tags."""
        _permission(news)
        if _modified(row.inputs) != _modified(news):
            cloud.ec2.modify_security_group_rules(
                GroupId=news["securityGroupId"],
                SecurityGroupRules=[{"SecurityGroupRuleId": row.id, "SecurityGroupRule": _modified(news)}],
            )
        return retagged(cloud, row, news)

    def delete(self, cloud: Cloud, row: Row) -> None:
        revoke = getattr(cloud.ec2, f"revoke_security_group_{self.direction}")
        if _rule(cloud, row):
            vanish(lambda: revoke(GroupId=row.inputs["securityGroupId"], SecurityGroupRuleIds=[row.id]))


def _rule(cloud: Cloud, row: Row) -> Props | None:
    mine = [{"Name": "group-id", "Values": [row.inputs["securityGroupId"]]}]
    answer = found(lambda: cloud.ec2.describe_security_group_rules(Filters=mine))
    return next((rule for rule in rows(answer, "SecurityGroupRules") if rule["SecurityGroupRuleId"] == row.id), None)


def _modified(props: Props) -> dict[str, Any]:
    names = RULE_NAMES | {"referencedSecurityGroupId": "ReferencedGroupId"}
    every = {"FromPort": EVERY_PORT, "ToPort": EVERY_PORT}
    return every | {key: props[name] for name, key in names.items() if name in props}


def _adopt_default(cloud: Cloud, props: Props) -> tuple[str, Props]:
    filters = [{"Name": "vpc-id", "Values": [props["vpcId"]]}, {"Name": "group-name", "Values": ["default"]}]
    group = cloud.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]
    _empty(cloud, group, "Egress", "Ingress")
    identity = group["GroupId"]
    if props.get("tags"):
        cloud.ec2.create_tags(Resources=[identity], Tags=[{"Key": k, "Value": v} for k, v in props["tags"].items()])
    return identity, {"arn": cloud.arn("ec2", f"security-group/{identity}"), "name": "default"}


def _read_default(cloud: Cloud, row: Row) -> Props | None:
    """Its tags, and the rules that somebody gave it: it has none, whatever the program says."""
    group = _describe(cloud, row.id)
    if group is None:
        return None
    rules = {"ingress": rows(group, "IpPermissions"), "egress": rows(group, "IpPermissionsEgress")}
    return rules | {"tags": mapping(group.get("Tags"))}


def _update_default(cloud: Cloud, row: Row, news: Props) -> Props:
    _empty(cloud, _describe(cloud, row.id) or {}, "Egress", "Ingress")
    return retagged(cloud, row, news)


def _create_flow_log(cloud: Cloud, props: Props) -> tuple[str, Props]:
    made = cloud.ec2.create_flow_logs(
        ResourceIds=[props["vpcId"]], ResourceType="VPC", TrafficType=props.get("trafficType", "ALL"),
        LogDestinationType=props.get("logDestinationType", "cloud-watch-logs"), LogDestination=props["logDestination"],
        **({"DeliverLogsPermissionArn": props["iamRoleArn"]} if "iamRoleArn" in props else {}),
        MaxAggregationInterval=props.get("maxAggregationInterval", 600), **at_creation("vpc-flow-log", props),
    )  # fmt: skip
    if made.get("Unsuccessful"):
        raise ProviderError(str(made["Unsuccessful"][0]["Error"]["Message"]))
    log = made["FlowLogIds"][0]
    return log, {"arn": cloud.arn("ec2", f"vpc-flow-log/{log}")}


def _read_flow_log(cloud: Cloud, row: Row) -> Props | None:
    answer = found(lambda: cloud.ec2.describe_flow_logs(FlowLogIds=[row.id]))
    logs = rows(answer, "FlowLogs")
    return {"tags": mapping(logs[0].get("Tags"))} if logs else None


def _rule_spec(token: str, direction: str) -> Spec:
    rules = _Rules(direction)
    return Spec(
        token, inputs(RULE), rules.create, rules.read, rules.update, rules.delete,
        computed=("arn", "securityGroupRuleId"),
        references=(Reference("securityGroupId", GROUP), Reference("referencedSecurityGroupId", GROUP, blocks=True)),
    )  # fmt: skip


SPECS = (
    Spec(
        GROUP, inputs("name! description! vpcId!* tags"), _create_group, _read_group, retagged,
        lambda cloud, row: vanish(lambda: cloud.ec2.delete_security_group(GroupId=row.id)),
        computed=("arn", "ownerId"), identity=("name", "vpcId"), autoname=("name", 255),
        references=(Reference("vpcId", VPC, blocks=True),),
    ),
    _rule_spec("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ingress"),
    _rule_spec("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "egress"),
    Spec(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", inputs("vpcId!* tags"),
        _adopt_default, _read_default, _update_default, computed=("arn", "name"), references=(Reference("vpcId", VPC),),
    ),
    Spec(
        "aws:ec2/flowLog:FlowLog",
        inputs(
            "vpcId!* trafficType! logDestinationType! logDestination!* iamRoleArn! maxAggregationInterval! tags"
        ),
        _create_flow_log, _read_flow_log, retagged,
        lambda cloud, row: vanish(lambda: cloud.ec2.delete_flow_logs(FlowLogIds=[row.id])), computed=("arn",),
        references=(
            Reference("vpcId", VPC),
            Reference("iamRoleArn", "aws:iam/role:Role", output="arn", everywhere=True),
            Reference("logDestination", "aws:cloudwatch/logGroup:LogGroup", output="arn"),
        ),
    ),
)  # fmt: skip

"""Listeners of Elastic Load Balancing v2, and Auto Scaling groups as targets behind them.

moto cannot change protocol, certificate and ALPN policy of a listener that stands: for these the ledger's word stands.
"""

import hashlib
from typing import Any

from sandbox.aws.certificates import CERTIFICATE
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.elb_tags import retag_elb, tags_of
from sandbox.aws.ledger import Row
from sandbox.aws.load_balancer import BALANCER
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.scaling_policy import require_group
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import pairs
from sandbox.aws.target_group import TARGETS
from sandbox.plugin.wire import Props, rows

LISTENER = "aws:lb/listener:Listener"

PROTOCOLS = {
    "application": {"HTTP": ("HTTP", "HTTPS"), "HTTPS": ("HTTP", "HTTPS")},
    "network": {
        "TCP": ("TCP", "TCP_UDP"), "TLS": ("TCP", "TLS"), "UDP": ("UDP", "TCP_UDP"), "TCP_UDP": ("TCP_UDP",),
    },
    "gateway": {"GENEVE": ("GENEVE",)},
}  # fmt: skip
"""Of each kind of load balancer the listeners' protocols, and the target groups' that go with them
(https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html)."""

SECURE = ("TLS", "HTTPS")
ALPN = ("HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None")
IDLE = "tcp.idle_timeout.seconds"
IDLE_SECONDS = (60, 6000)
"""Of TCP listeners; the time-out of TLS ones is fixed
(https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html)."""


def _require_valid(cloud: Cloud, props: Props, own: str = "") -> None:
    balancer = cloud.ledger.get(cloud.region, BALANCER, props["loadBalancerArn"])
    kind = (balancer.inputs if balancer else {}).get("loadBalancerType", "application")
    allowed = PROTOCOLS[kind]
    require_one_of(f"protocol of a listener of an {kind} load balancer", props["protocol"], allowed)
    require_between("port", props["port"], (1, 65535))
    require_between("tcpIdleTimeoutSeconds", props.get("tcpIdleTimeoutSeconds"), IDLE_SECONDS)
    require(
        props["protocol"] == "TCP" or "tcpIdleTimeoutSeconds" not in props,
        f"ValidationError: tcpIdleTimeoutSeconds goes with protocol TCP alone; protocol is {props['protocol']}",
    )
    _require_free(cloud, props, own)
    _require_secure(props)
    for group in _targets(cloud, props):
        require_one_of("protocol of the target group", group.inputs["protocol"], allowed[props["protocol"]])


def _require_free(cloud: Cloud, props: Props, own: str) -> None:
    same = ("loadBalancerArn", "port")
    taken = [row for row in cloud.ledger.find(LISTENER, cloud.region) if row.id != own]
    require(
        not any(all(row.inputs.get(name) == props[name] for name in same) for row in taken),
        f"DuplicateListener: the load balancer has a listener on port {props['port']} already",
    )


def _require_secure(props: Props) -> None:
    secure = props["protocol"] in SECURE
    require(
        secure == ("certificateArn" in props),
        f"ValidationError: protocol is {props['protocol']}, certificateArn {props.get('certificateArn')!r}; "
        f"{' and '.join(SECURE)} need a certificate, the others take none",
    )
    if "alpnPolicy" in props:
        require(props["protocol"] == "TLS", "ValidationError: alpnPolicy goes with protocol TLS alone")
        require_one_of("alpnPolicy", props["alpnPolicy"], ALPN)


def _targets(cloud: Cloud, props: Props) -> list[Row]:
    arns = [group for action in _actions(props) for group in _groups(action)]
    found_rows = [cloud.ledger.get(cloud.region, TARGETS, arn) for arn in arns]
    return [row for row in found_rows if row is not None]


def _groups(action: dict[str, Any]) -> list[str]:
    named = [action["TargetGroupArn"]] if "TargetGroupArn" in action else []
    return named + [group["TargetGroupArn"] for group in rows(action, "ForwardConfig", "TargetGroups")]


def _actions(props: Props) -> list[dict[str, Any]]:
    return [_action(action) for action in props["defaultActions"]]


def _action(action: Props) -> dict[str, Any]:
    made: dict[str, Any] = {"Type": action["type"]}
    if "targetGroupArn" in action:
        made["TargetGroupArn"] = action["targetGroupArn"]
    if "forward" in action:
        groups = [
            {"TargetGroupArn": group["arn"], "Weight": group.get("weight", 1)}
            for group in action["forward"]["targetGroups"]
        ]
        made["ForwardConfig"] = {"TargetGroups": groups}
    for name, key in (("redirect", "RedirectConfig"), ("fixedResponse", "FixedResponseConfig")):
        if name in action:
            made[key] = {part[0].upper() + part[1:]: str(value) for part, value in action[name].items()}
    return made


def _secured(props: Props) -> dict[str, Any]:
    given: dict[str, Any] = {"SslPolicy": props["sslPolicy"]} if "sslPolicy" in props else {}
    if "certificateArn" in props:
        given["Certificates"] = [{"CertificateArn": props["certificateArn"]}]
    return given | ({"AlpnPolicy": [props["alpnPolicy"]]} if "alpnPolicy" in props else {})


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_valid(cloud, props)
    made = cloud.client("elbv2").create_listener(
        LoadBalancerArn=props["loadBalancerArn"], Protocol=props["protocol"], Port=props["port"],
        DefaultActions=_actions(props), **_secured(props),
        **({"Tags": pairs(props["tags"])} if props.get("tags") else {}),
    )["Listeners"][0]  # fmt: skip
    arn = made["ListenerArn"]
    _set_idle(cloud, arn, props)
    return arn, {"arn": arn}


def _set_idle(cloud: Cloud, arn: str, props: Props) -> None:
    if "tcpIdleTimeoutSeconds" in props:
        value = {"Key": IDLE, "Value": str(props["tcpIdleTimeoutSeconds"])}
        cloud.client("elbv2").modify_listener_attributes(ListenerArn=arn, Attributes=[value])


def _read(cloud: Cloud, row: Row) -> Props | None:
    elb = cloud.client("elbv2")
    held = rows(found(lambda: elb.describe_listeners(ListenerArns=[row.id])), "Listeners")
    if not held:
        return None
    seen: Props = {"port": held[0]["Port"]}
    if "sslPolicy" in row.inputs:
        seen["sslPolicy"] = held[0].get("SslPolicy")
    if sorted(_held_groups(held[0])) != sorted(group for action in _actions(row.inputs) for group in _groups(action)):
        seen["defaultActions"] = [
            {"type": action["Type"], "targetGroupArn": action.get("TargetGroupArn")}
            for action in held[0]["DefaultActions"]
        ]
    return seen | {"tags": tags_of(cloud, row.id)}


def _held_groups(listener: dict[str, Any]) -> set[str]:
    return {group for action in listener["DefaultActions"] for group in _groups(action)}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_valid(cloud, news, row.id)
    elb = cloud.client("elbv2")
    policy = {"SslPolicy": news["sslPolicy"]} if "sslPolicy" in news else {}
    elb.modify_listener(ListenerArn=row.id, Port=news["port"], DefaultActions=_actions(news), **policy)
    _set_idle(cloud, row.id, news)
    retag_elb(cloud, row, news)
    return {}


def _attach(cloud: Cloud, props: Props) -> tuple[str, Props]:
    group, target = props["autoscalingGroupName"], props["lbTargetGroupArn"]
    scaling = cloud.client("autoscaling")
    require_group(cloud, group)
    scaling.attach_load_balancer_target_groups(AutoScalingGroupName=group, TargetGroupARNs=[target])
    return f"{group}-{hashlib.sha256(target.encode()).hexdigest()[:17]}", {}


def _read_attachment(cloud: Cloud, row: Row) -> Props | None:
    group, scaling = row.inputs["autoscalingGroupName"], cloud.client("autoscaling")
    if not scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]:
        return None
    held = scaling.describe_load_balancer_target_groups(AutoScalingGroupName=group)["LoadBalancerTargetGroups"]
    arns = {target["LoadBalancerTargetGroupARN"] for target in held}
    return {} if row.inputs["lbTargetGroupArn"] in arns else None


def _detach(cloud: Cloud, row: Row) -> None:
    if _read_attachment(cloud, row) is not None:
        cloud.client("autoscaling").detach_load_balancer_target_groups(
            AutoScalingGroupName=row.inputs["autoscalingGroupName"], TargetGroupARNs=[row.inputs["lbTargetGroupArn"]]
        )


SPECS = (
    Spec(
        LISTENER,
        inputs(
            "loadBalancerArn!* port* protocol* certificateArn sslPolicy alpnPolicy tcpIdleTimeoutSeconds tags "
            "defaultActions* defaultActions.type defaultActions.order defaultActions.targetGroupArn "
            "defaultActions.forward.targetGroups.arn defaultActions.forward.targetGroups.weight "
            "defaultActions.redirect.statusCode defaultActions.redirect.host defaultActions.redirect.path "
            "defaultActions.redirect.port defaultActions.redirect.protocol defaultActions.redirect.query "
            "defaultActions.fixedResponse.contentType defaultActions.fixedResponse.messageBody "
            "defaultActions.fixedResponse.statusCode"
        ),
        _create, _read, _update,
        lambda cloud, row: vanish(lambda: cloud.client("elbv2").delete_listener(ListenerArn=row.id)),
        computed=("arn",), identity=("loadBalancerArn", "port"),
        references=(
            Reference("loadBalancerArn", BALANCER, output="arn"),
            Reference("certificateArn", CERTIFICATE, output="arn", blocks=True),
            Reference("defaultActions.targetGroupArn", TARGETS, output="arn", blocks=True),
            Reference("defaultActions.forward.targetGroups.arn", TARGETS, output="arn", blocks=True),
        ),
    ),
    Spec(
        "aws:autoscaling/attachment:Attachment", inputs("autoscalingGroupName!* lbTargetGroupArn!*"),
        _attach, _read_attachment, delete=_detach, identity=("autoscalingGroupName", "lbTargetGroupArn"),
        references=(Reference("lbTargetGroupArn", TARGETS, output="arn"),),
    ),
)  # fmt: skip

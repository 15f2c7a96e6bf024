"""Route 53's health checks of what stands behind a name."""

import pulumi
from pulumi_aws.route53 import HealthCheck

from components.ports import HTTPS, READY_PATH

# The fastest that there is: every 10 s, and healthy by more than 18 % of the checkers.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
_INTERVAL_SECONDS = 10
_FAILURES = 3


def ready_check(
    name: str, host: pulumi.Input[str], opts: pulumi.ResourceOptions, *, drained: bool = False
) -> HealthCheck:
    """Return a check that asks the gateways behind `host` whether they take traffic; if `drained`, it says no unasked.

    A disabled check is healthy, and an inverted one the opposite:
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
    """
    return HealthCheck(
        name,
        type="HTTPS",
        fqdn=host,
        port=HTTPS,
        resource_path=READY_PATH,
        enable_sni=True,
        request_interval=_INTERVAL_SECONDS,
        failure_threshold=_FAILURES,
        disabled=drained,
        invert_healthcheck=drained,
        tags={"Name": name},
        opts=opts,
    )

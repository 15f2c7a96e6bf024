"""What a site is made of, for itself and for what runs on it."""

from dataclasses import dataclass

import pulumi

from components.access.balancer import SiteBalancer
from components.network.zone import SiteNetwork, WitnessNetwork
from components.region import Site as SiteSettings
from components.settings import Settings
from components.storage.asynchronous import Queue
from components.storage.mysql.component import Database
from components.storage.stores import Stores
from components.storage.weights import WeightsBucket


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteArgs:
    """What a site is made of, and what of the region it stands on.

    Attributes:
        settings: of the stack.
        site: of this site.
        network: its subnets.
        witness: where the control plane has its second subnet.
        balancer: what sends it traffic.
        log_key: ARN of the key of logs.
        weights: where the region's model weights lie.
        account: the AWS account.
        queue: the region's, which its workers serve.
        database: the region's, which its pools and its bootstrap reach.
        stores: the region's, which its pods keep answers in.
        origin: the secret by which gateways know what came through the global entry.
        backup: host and port of another site's gateways; "" where there is none.
        backup_name: name in the backup's certificate; "" where there is none.
    """

    settings: Settings
    site: SiteSettings
    network: SiteNetwork
    witness: WitnessNetwork
    balancer: SiteBalancer
    log_key: pulumi.Output[str]
    weights: WeightsBucket
    account: str
    queue: Queue
    database: Database
    stores: Stores
    origin: pulumi.Input[str]
    backup: pulumi.Input[str]
    backup_name: str

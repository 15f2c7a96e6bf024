"""Money: the table is sound, and the sums of the real program are those that one gets by hand."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from review.assessment import Cost
from review.money.costs import costs
from review.money.prices import table
from review.plan import Operation, Plan, Step
from review.values import Mark, Value
from tests.review import program
from tests.review.samples import HERE, NODE_GROUP, plan, step

REGIONS = {"us-east-1", "us-west-2"}


def _site(found: Plan, letter: str) -> Cost:
    (cost,) = (cost for cost in costs([found]) if cost.site == letter)
    return cost


def _lone(token: str, inputs: Mapping[str, Value]) -> Cost:
    (cost,) = costs([plan(step(Operation.SAME, token, before=inputs))])
    return cost


def test_every_source_is_an_address_with_a_day() -> None:
    found = table().sources.values()
    assert all(each.url.startswith("https://") and each.what for each in found)
    assert {type(each.date) for each in found} == {date}


def test_every_price_names_a_source_of_the_table_and_every_source_is_used() -> None:
    assert {price.source for price in table().prices.values()} == {*table().sources}


def test_every_price_is_a_positive_amount_in_a_region_of_ours() -> None:
    for price in table().prices.values():
        assert {*price.amounts} <= REGIONS
        assert price.amounts
        assert all(amount > 0 for amount in price.amounts.values())


def test_a_price_is_never_guessed() -> None:
    assert table().monthly("p5e.48xlarge on demand", "us-east-1") is None
    assert table().monthly("EKS cluster", "eu-west-1") is None


def test_a_site_of_the_shipped_settings_by_hand() -> None:
    nodes = 3 * 730 * Decimal("63.296") + 2 * 730 * Decimal("27.1988") + 3 * 730 * Decimal("0.4032")
    # 5 GPU nodes with 2000 GiB and 3 system nodes with 100 GiB; all with 6000 IOPS and 500 MiB/s.
    disks = 10_300 * Decimal("0.08") + 8 * 3000 * Decimal("0.005") + 8 * 375 * Decimal("0.04")
    # Cluster, NAT gateway and its address, load balancer, key.
    rest = 730 * (Decimal("0.10") + Decimal("0.045") + Decimal("0.005") + Decimal("0.0225")) + 1
    assert _site(program.deployed(), "a").after == (nodes + disks + rest).quantize(Decimal("0.01"))
    assert _site(program.deployed(), "a").before == _site(program.deployed(), "a").after


def test_what_sites_share_stands_apart() -> None:
    shared = _site(program.deployed(), "")
    # 6 interface endpoints in 2 zones, the keys of both logs, the weights, the queue, the stores, the backups and the
    # database, the zone of the API's names, the origin's token and its replica, the passwords of the queue, the cache and
    # the table, the database's login, what its members show each other, and who looks at them.
    assert shared.after == 12 * Decimal("7.30") + 7 + Decimal("0.50") + 8 * Decimal("0.40")
    assert shared.formula[0] == "12 x interface endpoint in a zone x 730 h x 0.01 USD/h = 87.60 USD"
    assert shared.unpriced == (
        "1 x Accelerator, not in the price table",
        "3 x Bucket, billed by usage",
        "1 x Cluster db.r7g.xlarge, not in the price table",
        "1 x Distribution, billed by usage",
        "2 x HealthCheck, not in the price table",
        "1 x Instance db.r7g.xlarge, not in the price table",
        "2 x LogGroup, billed by usage",
        "5 x MetricAlarm, not in the price table",
        "1 x MultiRegionCluster, not in the price table",
        "2 x ReplicationGroup cache.r7g.large, not in the price table",
        "2 x Repository, billed by usage",
        "1 x Topic, billed by usage",
        "1 x Vault, billed by usage",
        "1 x WebAcl, not in the price table",
    )


def test_the_standby_is_priced_in_its_own_region() -> None:
    found = costs([program.deployed("prod"), program.deployed("dr")])
    assert [(cost.stack, cost.region, cost.site) for cost in found] == [
        ("prod", "us-east-1", ""),
        ("prod", "us-east-1", "a"),
        ("prod", "us-east-1", "b"),
        ("dr", "us-west-2", ""),
        ("dr", "us-west-2", "c"),
    ]
    assert any("x 26.9369 USD/h" in line for line in found[-1].formula)


def test_a_new_stack_costs_nothing_before_and_a_deleted_one_nothing_after() -> None:
    assert {cost.before for cost in costs([program.created()])} == {Decimal(0)}
    assert {cost.after for cost in costs([program.destroyed()])} == {Decimal(0)}


def test_one_more_gpu_node_shows_both_sums() -> None:
    grown = program.updated(program.deployed(), NODE_GROUP, ["llm-prod-a-spot"], {"scalingConfig.minSize": 3})
    cost = _site(grown, "a")
    disk = 2000 * Decimal("0.08") + 3000 * Decimal("0.005") + 375 * Decimal("0.04")
    assert cost.after - cost.before == (730 * Decimal("27.1988") + disk).quantize(Decimal("0.01"))
    assert any("3 x p5en.48xlarge spot" in line and "(before: 2, 39,710.25 USD)" in line for line in cost.formula)


def test_a_type_without_a_price_is_named_and_not_counted() -> None:
    moved = program.replaced(
        program.deployed(), NODE_GROUP, ["llm-prod-a-reserved"], {"instanceTypes": ["p5e.48xlarge"]}
    )
    assert "3 x p5e.48xlarge on demand, no price in us-east-1 (before: 0)" in _site(moved, "a").unpriced
    assert not _site(moved, "a").comparable
    assert _site(moved, "b").comparable


def test_a_reservation_is_charged_only_where_no_node_fills_it() -> None:
    group: dict[str, Value] = {"instanceTypes": ["p4d.24xlarge"], "scalingConfig": {"minSize": 1, "desiredSize": 2}}
    held: dict[str, Value] = {"instanceType": "p4d.24xlarge", "instanceCount": 5}
    made = plan(
        step(Operation.CREATE, NODE_GROUP, after=group),
        step(Operation.CREATE, "aws:ec2/capacityReservation:CapacityReservation", after=held),
    )
    assert _site(made, "a").after == (5 * 730 * Decimal("21.957642")).quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("token", "inputs", "named"),
    [
        (
            "aws:rds/instance:Instance",
            {"instanceClass": "db.r7g.large"},
            "1 x Instance db.r7g.large, not in the price table",
        ),
        (
            "aws:memorydb/cluster:Cluster",
            {"nodeType": "db.r7g.large"},
            "1 x Cluster db.r7g.large, not in the price table",
        ),
        ("aws:s3/bucket:Bucket", {}, "1 x Bucket, billed by usage"),
        ("aws:new/thing:Thing", {}, "1 x Thing, not in the price table"),
        ("aws:ebs/volume:Volume", {"type": "io2", "size": 9}, "1 x volume of type io2, not in the price table"),
        (
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            {"vpcEndpointType": "Interface", "subnetIds": Mark.UNKNOWN},
            "1 x VpcEndpoint, its zones are not known yet",
        ),
    ],
)
def test_what_has_no_price_is_named(token: str, inputs: Mapping[str, Value], named: str) -> None:
    found = _lone(token, inputs)
    assert (found.unpriced, found.after) == ((named,), Decimal(0))


@pytest.mark.parametrize("token", ["aws:iam/role:Role", "aws:ec2/subnet:Subnet", "kubernetes:core/v1:Service"])
def test_what_is_free_is_not_named(token: str) -> None:
    assert not costs([plan(step(Operation.CREATE, token))])


def test_endpoints_are_counted_while_the_ids_of_their_subnets_are_unknown() -> None:
    inputs: dict[str, Value] = {"vpcEndpointType": "Interface", "subnetIds": [Mark.UNKNOWN, Mark.UNKNOWN]}
    assert _lone("aws:ec2/vpcEndpoint:VpcEndpoint", inputs).after == Decimal("14.60")


def test_a_node_group_finds_its_template_by_id_before_its_name() -> None:
    def template(name: str, size: int) -> Step:
        disks: list[Value] = [{"ebs": {"volumeType": "gp3", "volumeSize": size}}]
        return step(
            Operation.SAME, "aws:ec2/launchTemplate:LaunchTemplate", name, before={"blockDeviceMappings": disks}
        )

    group: dict[str, Value] = {
        "instanceTypes": ["m7i.2xlarge"],
        "scalingConfig": {"minSize": 1},
        "launchTemplate": {"id": "other-id"},
    }
    named = step(Operation.SAME, NODE_GROUP, "mine", before=group, place=HERE)
    assert any(
        line.startswith("70 x gp3 storage")
        for line in _site(plan(template("mine", 50), template("other", 70), named), "a").formula
    )

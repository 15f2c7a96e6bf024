"""Parameter groups of ElastiCache and MemoryDB: services of one kind, which take the same parameters.

moto has neither: the ledger holds them, and their rules are checked here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require_one_of
from sandbox.aws.spec import Spec, inputs
from sandbox.plugin.wire import Props, rows

EVICTION: Final = (
    "volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "volatile-random", "allkeys-random", "volatile-ttl",
    "noeviction",
)  # fmt: skip
"""(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html,
https://docs.aws.amazon.com/memorydb/latest/devguide/parametergroups.redis.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterGroups:
    """The parameter groups of one service.

    Attributes:
        token: Pulumi type token.
        service: its name in an ARN.
        prefix: what an ARN has between the account and the name of a group.
        families: what it has parameters for, each with its engine.
        code: what it calls a value that it does not take.
    """

    token: str
    service: str
    prefix: str
    families: Mapping[str, str]
    code: str

    def spec(self) -> Spec:
        """Return their line of the table."""
        return Spec(
            self.token, inputs("name! family!* description! parameters.name parameters.value tags"),
            self._create, update=self._update, held="recorded", computed=("arn",), identity=("name",),
            autoname=("name", 255),
        )  # fmt: skip

    def _require_valid(self, props: Props) -> None:
        require_one_of("family", props["family"], self.families, self.code)
        for parameter in rows(props, "parameters"):
            if parameter["name"] == "maxmemory-policy":
                require_one_of("maxmemory-policy", parameter["value"], EVICTION, self.code)

    def _create(self, cloud: Cloud, props: Props) -> tuple[str, Props]:
        self._require_valid(props)
        return props["name"], {"arn": cloud.arn(self.service, f"{self.prefix}{props['name']}")}

    def _update(self, cloud: Cloud, row: Row, news: Props) -> Props:
        del cloud, row
        self._require_valid(news)
        return {}

"""The aws plugin: the engine's calls, answered through the table, guarded and remembered by the ledger."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

from sandbox.aws.bags import merge, observed, pick, unknown
from sandbox.aws.checking import checked, is_automatic
from sandbox.aws.cloud import Cloud, ServiceError, marked
from sandbox.aws.guards import require_references, require_unused
from sandbox.aws.ledger import Row
from sandbox.aws.spec import Spec
from sandbox.aws.table import TABLE
from sandbox.controlplane import ApiError
from sandbox.errors import SandboxError
from sandbox.paths import Paths
from sandbox.plugin.diff import Diff, diff_props
from sandbox.plugin.provider import InvalidInputsError, Observed, Provider, ProviderError, Subject
from sandbox.plugin.wire import UNKNOWN, Props, section

VERSION = "7.51.1"
CALLER = "aws:index/getCallerIdentity:getCallerIdentity"
IGNORED = {"accessKey", "secretKey", "token", "profile", "version", "endpoints", "allowedAccountIds", "maxRetries"}
"""Settings that say how to reach AWS: here the environment does."""


class AwsProvider(Provider):
    """One provider instance of the engine: one region and its default tags."""

    name = "aws"
    version = VERSION

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.default_tags: Props = {}
        self.cloud = Cloud(paths, "us-east-1")

    def check_config(self, news: Props) -> Props:
        """Refuse settings that we would silently not honour."""
        known = IGNORED | {"region", "defaultTags"}
        strange = [key for key in news if key not in known and not key.startswith(("skip", "__"))]
        if strange:
            allowed = ", ".join(sorted(known))
            raise InvalidInputsError(
                [(key, f"{key} is not mapped by the sandbox's aws plugin; allowed are {allowed}") for key in strange]
            )
        return news

    def configure(self, variables: Props) -> None:
        """Take the region and the default tags."""
        self.cloud = Cloud(self.paths, variables.get("region") or "us-east-1")
        tags = variables.get("defaultTags")
        parsed: Props = json.loads(tags) if isinstance(tags, str) and tags != UNKNOWN else {}
        self.default_tags = section(parsed, "tags")

    def check(self, subject: Subject, olds: Props, news: Props, seed: bytes) -> Props:
        """Complete and validate inputs."""
        return checked(_spec(subject), subject, olds, news, seed, self.default_tags)

    def diff(self, subject: Subject, identity: str, olds: Props, news: Props) -> Diff:
        """Compare inputs; a replacement that keeps a unique name, not made by us, must delete first."""
        del identity
        spec = _spec(subject)
        changes = diff_props(olds, news, lambda path: _replaces(spec, path))
        same = bool(spec.identity) and all(olds.get(name) == news.get(name) for name in spec.identity)
        kept = same and not is_automatic(spec, subject, olds)
        return Diff(changes, delete_before_replace=kept and any(change.replaces for change in changes))

    def create(self, subject: Subject, inputs: Props, *, preview: bool) -> tuple[str, Props]:
        """Make it, and write it down before the engine hears of it."""
        spec = _spec(subject)
        if preview:
            return "", self._outputs(inputs, unknown(spec.computed))
        with _told(subject):
            require_references(self.cloud, spec, inputs)
            operation = self.cloud.ledger.begin(self.cloud.region, subject.type, subject.urn, inputs)
            with marked(operation):
                identity, computed = spec.create(self.cloud, inputs)
            return identity, self._remember(subject, identity, inputs, computed, operation)

    def read(self, subject: Subject, identity: str, inputs: Props, state: Props) -> Observed | None:
        """Look at it; what is gone from AWS is gone from the ledger too."""
        del inputs, state
        spec = _spec(subject)
        row = self.cloud.ledger.get(self.cloud.region, subject.type, identity)
        if row is None:
            return None
        with _told(subject):
            seen = spec.read(self.cloud, row)
        if seen is None:
            self.cloud.ledger.remove(row.region, row.type, row.id)
            return None
        inputs = {k: v for k, v in observed(row.inputs, seen).items() if v is not None}
        return Observed(inputs, self._outputs(inputs, pick(row.outputs, spec.computed)))

    def update(
        self, subject: Subject, identity: str, olds: Props, news: Props, state: Props, *, preview: bool
    ) -> Props:
        """Change it in place; the service is asked for its present state first, so that drift is put right."""
        spec = _spec(subject)
        if preview:
            return self._outputs(news, merge(pick(state, spec.computed), unknown(spec.volatile)))
        del olds
        row = self._row(subject, identity)
        with _told(subject):
            require_references(self.cloud, spec, news)
            seen = spec.read(self.cloud, row)
            now = replace(row, inputs=observed(row.inputs, seen or {}))
            computed = merge(pick(row.outputs, spec.computed), spec.update(self.cloud, now, news))
            return self._remember(subject, identity, news, computed)

    def delete(self, subject: Subject, identity: str, state: Props) -> None:
        """Remove it, unless another one uses it."""
        del state
        row = self.cloud.ledger.get(self.cloud.region, subject.type, identity)
        if row is not None:
            with _told(subject):
                remove(self.cloud, row)

    def invoke(self, token: str, arguments: Props) -> Props:
        """Answer who we are; no other function is mapped."""
        del arguments
        if token != CALLER:
            raise ProviderError(f"function {token} is not mapped by the sandbox's aws plugin; {CALLER} is")
        caller = self.cloud.caller
        account = caller["Account"]
        return {"accountId": account, "arn": caller["Arn"], "userId": caller["UserId"], "id": account}

    def _row(self, subject: Subject, identity: str) -> Row:
        row = self.cloud.ledger.get(self.cloud.region, subject.type, identity)
        if row is None:
            raise ProviderError(
                f"{subject.type} {identity} does not exist in {self.cloud.region}; run `make up` again after a refresh"
            )
        return row

    def _remember(self, subject: Subject, identity: str, inputs: Props, computed: Props, operation: str = "") -> Props:
        outputs, held = self._outputs(inputs, computed), TABLE[subject.type].held
        row = Row(self.cloud.region, subject.type, identity, subject.urn, inputs, outputs, held, time.time())
        self.cloud.ledger.put(row, operation)
        return outputs

    def _outputs(self, inputs: Props, computed: Props) -> Props:
        tags = {"tagsAll": inputs["tags"]} if "tags" in inputs else {}
        return merge(inputs, computed) | tags | {"region": self.cloud.region}


def remove(cloud: Cloud, row: Row) -> None:
    """Delete a resource through the table, and its row.

    Raises:
        ProviderError: another resource uses it.
    """
    require_unused(cloud, row)
    TABLE[row.type].delete(cloud, row)
    cloud.ledger.remove(row.region, row.type, row.id)


def _spec(subject: Subject) -> Spec:
    if subject.type not in TABLE:
        raise InvalidInputsError(
            [("", f"{subject.type} is not mapped by the sandbox's aws plugin; map it in sandbox/aws/table.py")]
        )
    return TABLE[subject.type]


def _replaces(spec: Spec, path: str) -> bool:
    """Whether a change at a path, or of anything that holds it, needs a new resource."""
    steps = _plain(path).split(".")
    holders = (".".join(steps[: length + 1]) for length in range(len(steps)))
    return any(holder in spec.inputs and spec.inputs[holder].replaces for holder in holders)


def _plain(path: str) -> str:
    return "".join(part.split("]", 1)[-1] for part in path.split("["))


@contextmanager
def _told(subject: Subject) -> Generator[None]:
    """Say which resource a service refused."""
    try:
        yield
    except (*ServiceError, SandboxError, ApiError) as error:
        raise ProviderError(f"{subject.type} {subject.name}: {error}") from error

"""The aws plugin: the engine's calls, answered through the table, guarded and remembered by the ledger."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sandbox.aws.bags import merge, observed, pick, unknown
from sandbox.aws.checking import checked, is_automatic
from sandbox.aws.cloud import Cloud, ServiceError, marked
from sandbox.aws.functions import FUNCTIONS
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
        here: Props = {"region": self.cloud.region} if "region" in spec.inputs else {}
        changes = diff_props(here | olds, here | news, lambda path: _replaces(spec, path))
        same = bool(spec.identity) and all(olds.get(name) == news.get(name) for name in spec.identity)
        kept = same and not is_automatic(spec, subject, olds)
        return Diff(changes, delete_before_replace=kept and any(change.replaces for change in changes))

    def create(self, subject: Subject, inputs: Props, *, preview: bool) -> tuple[str, Props]:
        """Make it, and write it down before the engine hears of it."""
        spec = _spec(subject)
        cloud = self._of(inputs)
        if preview:
            return "", _outputs(cloud, inputs, unknown(spec.computed))
        with _told(subject):
            require_references(cloud, spec, inputs)
            operation = cloud.ledger.begin(cloud.region, subject.type, subject.urn, inputs)
            with marked(operation):
                identity, computed = spec.create(cloud, inputs)
            made = Made(subject, identity, operation)
            return identity, _remember(cloud, made, inputs, computed)

    def read(self, subject: Subject, identity: str, inputs: Props, state: Props) -> Observed | None:
        """Look at it; what is gone from AWS is gone from the ledger too."""
        del inputs
        spec, cloud = _spec(subject), self._of(state)
        row = cloud.ledger.get(cloud.region, subject.type, identity)
        if row is None:
            return None
        with _told(subject):
            seen = spec.read(cloud, row)
        if seen is None:
            cloud.ledger.remove(row.region, row.type, row.id)
            return None
        inputs = {k: v for k, v in observed(row.inputs, seen).items() if v is not None}
        return Observed(inputs, _outputs(cloud, inputs, pick(row.outputs, spec.computed)))

    def update(
        self, subject: Subject, identity: str, olds: Props, news: Props, state: Props, *, preview: bool
    ) -> Props:
        """Change it in place; the service is asked for its present state first, so that drift is put right."""
        spec, cloud = _spec(subject), self._of(state)
        if preview:
            return _outputs(cloud, news, merge(pick(state, spec.computed), unknown(spec.volatile)))
        del olds
        row = _row(cloud, subject, identity)
        with _told(subject):
            require_references(cloud, spec, news)
            seen = spec.read(cloud, row)
            now = replace(row, inputs=observed(row.inputs, seen or {}))
            computed = merge(pick(row.outputs, spec.computed), spec.update(cloud, now, news))
            return _remember(cloud, Made(subject, identity), news, computed)

    def delete(self, subject: Subject, identity: str, state: Props) -> None:
        """Remove it, unless another one uses it."""
        cloud = self._of(state)
        row = cloud.ledger.get(cloud.region, subject.type, identity)
        if row is not None:
            with _told(subject):
                remove(cloud, row)

    def invoke(self, token: str, arguments: Props) -> Props:
        """Answer a function that the table of functions has."""
        if token not in FUNCTIONS:
            raise ProviderError(
                f"function {token} is not mapped by the sandbox's aws plugin; {', '.join(sorted(FUNCTIONS))} are"
            )
        with _told(Subject("", token, "")):
            return FUNCTIONS[token](self._of(arguments), arguments)

    def _of(self, props: Props) -> Cloud:
        """The AWS of the region that a resource's own input, or its output, says; else the provider's."""
        region = props.get("region")
        return self.cloud if region in {None, "", UNKNOWN, self.cloud.region} else Cloud(self.paths, str(region))


@dataclass(frozen=True, slots=True)
class Made:
    """What stands now.

    Attributes:
        operation: of the creation that made it; empty after an update.
    """

    subject: Subject
    identity: str
    operation: str = ""


def _row(cloud: Cloud, subject: Subject, identity: str) -> Row:
    row = cloud.ledger.get(cloud.region, subject.type, identity)
    if row is None:
        raise ProviderError(
            f"{subject.type} {identity} does not exist in {cloud.region}; run `make up` again after a refresh"
        )
    return row


def _remember(cloud: Cloud, made: Made, inputs: Props, computed: Props) -> Props:
    outputs, token = _outputs(cloud, inputs, computed), made.subject.type
    row = Row(cloud.region, token, made.identity, made.subject.urn, inputs, outputs, TABLE[token].held, time.time())
    cloud.ledger.put(row, made.operation)
    return outputs


def _outputs(cloud: Cloud, inputs: Props, computed: Props) -> Props:
    tags = {"tagsAll": inputs["tags"]} if "tags" in inputs else {}
    return merge(inputs, computed) | tags | {"region": cloud.region}


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

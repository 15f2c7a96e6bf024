"""What the table says of a resource type: its inputs, what they name, and the calls that make and remove it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Held, Row
from sandbox.plugin.wire import Props

Create = Callable[[Cloud, Props], tuple[str, Props]]
"""Makes it; answers its id and computed outputs."""

Read = Callable[[Cloud, Row], Props | None]
"""Answers the inputs that the service shows otherwise than or as the ledger has them; None when it is gone."""

Update = Callable[[Cloud, Row, Props], Props]
"""Changes it to the new inputs; answers the computed outputs that changed."""

Delete = Callable[[Cloud, Row], None]

Undo = Callable[[Cloud, Props], None]
"""Takes away what a creation that was cut short left outside moto."""


@dataclass(frozen=True, slots=True)
class Input:
    """How one input behaves: needed at all, and whether a change of it needs a new resource."""

    required: bool = False
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """An input that names another resource.

    Attributes:
        path: dotted path of the input; lists on the way are walked.
        type: token of the type that it must name.
        output: output of the other resource that the input holds.
        blocks: whether AWS refuses to delete the other resource while this one lives.
        everywhere: whether any region's resource may be named (IAM is global).
    """

    path: str
    type: str
    output: str = "id"
    blocks: bool = False
    everywhere: bool = False


def _unchanged(cloud: Cloud, row: Row) -> Props | None:
    del cloud, row
    return {}


def _nothing(cloud: Cloud, row: Row, news: Props) -> Props:
    del cloud, row, news
    return {}


def _forget(cloud: Cloud, row: Row) -> None:
    """Only the ledger's row stands for it, which the caller removes."""
    del cloud, row


def _leave(cloud: Cloud, props: Props) -> None:
    """All of it is in moto."""
    del cloud, props


@dataclass(frozen=True, slots=True)
class Spec:
    """One line of the table.

    Attributes:
        token: Pulumi type token.
        inputs: every input path that is mapped.
        create: makes it.
        read: looks at it; by default the ledger's word stands.
        update: changes it in place.
        delete: removes it.
        undo: takes away what it may have outside moto, whose requests are taken back together.
        computed: output paths that the service decides.
        volatile: computed outputs that an update changes.
        identity: inputs that no two resources may share: a replacement with the same ones deletes first.
        autoname: input that gets a name of the resource's own name, and its longest length.
        references: inputs that name other resources.
        held: who remembers it.
    """

    token: str
    inputs: Mapping[str, Input]
    create: Create
    read: Read = _unchanged
    update: Update = _nothing
    delete: Delete = _forget
    undo: Undo = _leave
    computed: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    autoname: tuple[str, int] | None = None
    references: tuple[Reference, ...] = field(default=())
    held: Held = "moto"

    @property
    def taggable(self) -> bool:
        """Whether it takes tags."""
        return "tags" in self.inputs


def inputs(text: str) -> dict[str, Input]:
    """Input paths from one line: `name*` is required, `name!` replaces, `a.b` is nested."""
    return {word.rstrip("*!"): Input(required="*" in word, replaces="!" in word) for word in text.split()}

"""What a provider plugin has to be able to do: the engine's calls, without its wire."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.plugin.diff import Diff
from sandbox.plugin.wire import Props


class ProviderError(Exception):
    """The service refused: shown to the user as it stands."""


class InvalidInputsError(Exception):
    """Inputs that `check` refuses, as pairs of property path and reason."""

    def __init__(self, failures: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {reason}" for path, reason in failures))
        self.failures = failures


class NotReadyError(Exception):
    """The object exists but did not become ready: the engine keeps it and tries again at the next update."""

    def __init__(self, identity: str, outputs: Props, inputs: Props, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.identity, self.outputs, self.inputs, self.reasons = identity, outputs, inputs, reasons


@dataclass(frozen=True, slots=True)
class Subject:
    """The resource that a call is about.

    Attributes:
        timeout: seconds that the program's `customTimeouts` give the call; None where they say nothing.
    """

    urn: str
    type: str
    name: str
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What a service says of a resource: its inputs as they stand there, and its outputs."""

    inputs: Props
    outputs: Props


class Provider(ABC):
    """One plugin. Bags hold plain values (see `wire`); secrets are unwrapped by the engine."""

    name: str
    version: str

    @abstractmethod
    def configure(self, variables: Props) -> None:
        """Take the provider's settings (nested ones arrive as JSON text, booleans as `true`)."""

    def check_config(self, news: Props) -> Props:
        """Check the provider's own settings."""
        return news

    def diff_config(self, olds: Props, news: Props) -> Diff:
        """Say what a change of the provider's own settings does; by default nothing is replaced."""
        del olds, news
        return Diff()

    @abstractmethod
    def check(self, subject: Subject, olds: Props, news: Props, seed: bytes) -> Props:
        """Complete and validate inputs.

        Raises:
            InvalidInputsError: an input is unknown, missing or wrong.
        """

    @abstractmethod
    def diff(self, subject: Subject, identity: str, olds: Props, news: Props) -> Diff:
        """Compare the inputs of the last update (`olds`) with the new ones."""

    @abstractmethod
    def create(self, subject: Subject, inputs: Props, *, preview: bool) -> tuple[str, Props]:
        """Make it; answer its id and outputs."""

    @abstractmethod
    def read(self, subject: Subject, identity: str, inputs: Props, state: Props) -> Observed | None:
        """Look at it; None when it is gone."""

    @abstractmethod
    def update(
        self, subject: Subject, identity: str, olds: Props, news: Props, state: Props, *, preview: bool
    ) -> Props:
        """Change it in place from old inputs to new; answer its outputs."""

    @abstractmethod
    def delete(self, subject: Subject, identity: str, state: Props) -> None:
        """Remove it; nothing to remove is no error."""

    @abstractmethod
    def invoke(self, token: str, arguments: Props) -> Props:
        """Answer a function call."""

"""Checkouts of their own for the tests that run the real engine, so that they may edit the stack files."""

from collections.abc import Iterator

import pytest

from .checkout import Checkout


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Both stacks as they are shipped, taken down at the end whatever happened."""
    copy = Checkout.into(tmp_path_factory.mktemp("checkout"))
    yield copy
    copy.sandbox("down")


def one_site(factory: pytest.TempPathFactory, name: str) -> Checkout:
    """A copy whose only stack is prod, with one site, so that coming up is quick."""
    copy = Checkout.into(factory.mktemp(name))
    (copy.folder / "Pulumi.dr.yaml").unlink()
    copy.change("prod", {"sites": copy.settings("prod")["sites"][:1]})
    return copy


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """One stack with one site."""
    copy = one_site(tmp_path_factory, "small")
    yield copy
    copy.sandbox("down")


@pytest.fixture(scope="session")
def neighbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Another checkout of the same on the same machine."""
    copy = one_site(tmp_path_factory, "neighbour")
    yield copy
    copy.sandbox("down")

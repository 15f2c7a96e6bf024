"""Where a stack's configuration and its upstream enter; what is wrong is said here, before anything is registered."""

from typing import Any

import pulumi
from pulumi.runtime import config

from components import addressing, upstream
from components.settings import Settings, SettingsError
from components.upstream import RegionOutputs


def load() -> Settings:
    """Return the stack's settings; raises RunError with one line."""
    values: Any = pulumi.Config().require_object("platform")
    _refuse_siblings()
    try:
        return Settings.parse(values)
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None


def _refuse_siblings() -> None:
    own = f"{pulumi.get_project()}:"
    known = {**config.get_config_env(), **config.CONFIG.get()}
    found = sorted(key for key in known if key.startswith(own) and key != f"{own}platform")
    if found:
        raise pulumi.RunError(
            f"{', '.join(found)}: unknown key, only {own}platform is read; put it below that or remove it"
        )


async def read_upstream(settings: Settings) -> RegionOutputs | None:
    """Return what the upstream stack exports, checked against our own addresses; None where there is no upstream."""
    if settings.upstream is None:
        return None
    found = await upstream.read(settings.upstream)
    ours = settings.network.cidr
    if addressing.overlaps(ours, found.cidr):
        raise pulumi.RunError(
            f"platform.network.cidr: {ours} overlaps {found.cidr} of stack {settings.upstream}; take another /16"
        )
    if not addressing.same_side(ours, found.cidr):
        raise pulumi.RunError(
            f"platform.network.cidr: {ours} must be on the same side of 128.0.0.0"
            f" as {found.cidr} of stack {settings.upstream}; take another /16"
        )
    return found

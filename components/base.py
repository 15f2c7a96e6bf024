"""What every component of this project is: its type token, how it makes children, how it publishes outputs."""

from collections.abc import Mapping
from inspect import get_annotations
from typing import ClassVar

import pulumi


class Component(pulumi.ComponentResource):
    """A component whose annotated attributes are its outputs."""

    type_path: ClassVar[str]
    """Layer and name, e.g. `compute:Cluster`; part of every URN below, so a change replaces nothing but renames all."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"inference-platform:{self.type_path}", name, None, opts)

    def child(self) -> pulumi.ResourceOptions:
        """Return the options of a child: nothing of the caller's options reaches it but the providers."""
        return pulumi.ResourceOptions(parent=self)

    def publish(self) -> None:
        """Register the attributes annotated on the class; call it last."""
        names = get_annotations(type(self))
        self.register_outputs({name: getattr(self, name) for name in sorted(names)})


def site_tags(name: str, site: str) -> Mapping[str, str]:
    """Return the tags of a resource that belongs to one site; owner and cost come from the provider."""
    return {"Name": name, "site": site}

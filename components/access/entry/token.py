"""The token by which a gateway knows that a request came through the distribution."""

from components.chosen import ChosenSecret


class OriginToken(ChosenSecret):
    """A secret of the stack too, since the distribution's own input holds it."""

    type_path = "access:OriginToken"
    description = "What the distribution shows the gateways in x-origin-verify"

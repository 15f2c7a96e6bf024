"""A Markdown table of the settings, made from their model."""

from collections.abc import Iterator

from pydantic import BaseModel

from components.settings import Settings
from components.vocabulary import models_in


def render() -> str:
    """Return the table: key and meaning of each setting."""
    return "| setting | meaning |\n| --- | --- |\n" + "".join(_rows(Settings, ""))


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"| `{prefix}{name}` | {field.description} |\n"
        for part in models_in(field):
            yield from _rows(part, f"{prefix}{name}.")

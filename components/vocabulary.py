"""The words that settings are written in: checked texts, counts and networks. Each refusal says what is allowed."""

import re
from ipaddress import IPv4Network
from typing import Annotated, Final, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

_EVERYONE: Final = "0.0.0.0/0"


class Model(BaseModel):
    """A part of the settings; an unknown key and a value of another type are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def models_in(field: FieldInfo) -> list[type[BaseModel]]:
    """Return the models of a setting: its own, and that of its entries."""
    found = (field.annotation, *get_args(field.annotation))
    return [each for each in found if isinstance(each, type) and issubclass(each, BaseModel)]


def _matching(pattern: str, allowed: str) -> AfterValidator:
    """Return a check of a whole text that says what is allowed in words instead of the pattern."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"must be {allowed}")
        return text

    return AfterValidator(check)


def _network(text: str) -> str:
    try:
        return str(IPv4Network(text))
    except ValueError:
        raise ValueError("must be an IPv4 network without host bits, like 10.20.0.0/16") from None


def _closed(network: str) -> str:
    if network == _EVERYONE:
        raise ValueError("opens the endpoint to everyone; list the networks of your people and CI")
    return network


Cidr = Annotated[str, AfterValidator(_network)]
ListedCidr = Annotated[Cidr, AfterValidator(_closed)]
Name = Annotated[str, _matching(r"[a-z]([a-z0-9-]*[a-z0-9])?", "lower-case letters, digits and hyphens, like llm-prod")]
Region = Annotated[str, _matching(r"[a-z]{2}(-[a-z]+)+-\d", "like us-east-1")]
Zone = Annotated[str, _matching(r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "like us-east-1a")]
SiteName = Annotated[str, _matching(r"[a-o]", "one letter, a to o")]
Arn = Annotated[str, _matching(r"arn:aws:iam::\d{12}:(role|user)/.+", "like arn:aws:iam::123456789012:role/deployer")]
ReservationId = Annotated[str, _matching(r"cr-[0-9a-f]{17}", "like cr-0123456789abcdef0")]
KubernetesVersion = Annotated[str, _matching(r"1\.\d\d", "like 1.36")]
Revision = Annotated[str, _matching(r"[0-9a-f]{40}", "the 40 hexadecimal digits of a commit; a branch moves")]
Image = Annotated[str, _matching(r".+@sha256:[0-9a-f]{64}", "an image by digest, name@sha256:64 hexadecimal digits")]
CacheFormat = Annotated[str, _matching("auto|fp8", "auto or fp8")]
Quantization = Annotated[str, _matching("fp8|int8|awq", "fp8, int8 or awq")]
Version = Annotated[str, _matching(r"\d+\.\d+\.\d+", "a version in full, like 2.21.0")]
MysqlVersion = Annotated[str, _matching(r"8\.4\.\d+", "a version of MySQL 8.4 in full, like 8.4.8")]
Domain = Annotated[str, _matching(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", "a DNS name like llm.example.com")]
Url = Annotated[str, _matching(r"https://\S+", "an https address")]
Schedule = Annotated[str, _matching(r"cron\((\S+ ){5}\S+\)", "six fields like cron(0 5 * * ? *)")]
Digest = Annotated[str, _matching(r"sha256:[0-9a-f]{64}", "sha256: and 64 hexadecimal digits")]
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=1)]
Percent = Annotated[int, Field(ge=1, le=100)]
Seconds = Annotated[int, Field(ge=1, le=86400)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=1, le=3653)]


class Range(Model):
    """A least and a most."""

    minimum: Count = Field(description="least, a count")
    maximum: Count = Field(description="most, a count")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}; lower one or raise the other")
        return self

"""E9: images come from where somebody decided that they may."""

from collections.abc import Iterator

from rules._pods import POD_SPECS, containers
from rules._resource import UNKNOWN, Resource, dig
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names

_REGISTRIES = Names(
    name="registries",
    what="registries, or parts of one, that images may come from, e.g. docker.io/vllm",
    # The first two are the example account's own; an account lists its own in settings.yaml.
    default=(
        "123456789012.dkr.ecr.us-east-1.amazonaws.com",
        "123456789012.dkr.ecr.us-west-2.amazonaws.com",
        "docker.io/hashicorp",
        "docker.io/library/mysql",
        "docker.io/openresty",
        "docker.io/proxysql",
        "docker.io/vllm",
        "nvcr.io/nvidia",
        "public.ecr.aws/aws-cli",
        "public.ecr.aws/lambda",
    ),
)


def _check(resource: Resource, *, registries: tuple[str, ...]) -> Iterator[Finding]:
    for path, container in containers(resource):
        image = dig(container, "image")
        if image is UNKNOWN:
            yield undecided(resource, *path, "image")
        elif isinstance(image, str) and not any(_is_of(_full(image), each) for each in registries):
            yield failure(resource, f"image {image} is not of {', '.join(registries)}")


def _full(image: str) -> str:
    """Return an image's name with the registry that is meant where none is said.

    https://kubernetes.io/docs/concepts/containers/images/#image-names
    """
    first, slash, _ = image.partition("/")
    if slash and (first == "localhost" or "." in first or ":" in first):
        return image
    return f"docker.io/{image}" if slash else f"docker.io/library/{image}"


def _is_of(image: str, registry: str) -> bool:
    return image.startswith(registry) and image.removeprefix(registry)[:1] in ("", "/", ":", "@")


RULE = ResourceRule(
    id="E9",
    name="limit-image-registries",
    severity=Severity.HIGH,
    what="Containers run images of listed registries only.",
    why="Whoever can push to the registry of one image runs code beside the model and its prompts; a typo is enough.",
    source="https://docs.aws.amazon.com/eks/latest/best-practices/image-security.html",
    fix="Take the image from a listed registry, or list its registry in the setting `registries`.",
    settings=(_REGISTRIES,),
    matches=POD_SPECS.__contains__,
    check=_check,
)

"""The program: settings in, one platform, outputs out."""

from components import stack
from components.platform import Platform, PlatformArgs

settings = stack.load()
upstream = stack.read_upstream(settings)
Platform(settings.name, PlatformArgs(settings=settings, upstream=upstream)).outputs.export()

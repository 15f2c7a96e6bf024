"""Serve the plugin to the engine."""

from sandbox.aws.provider import AwsProvider
from sandbox.paths import Paths
from sandbox.plugin.server import serve

serve(AwsProvider(Paths.from_environment()))

"""Serve the plugin to the engine."""

from sandbox.kubernetes.provider import KubernetesProvider
from sandbox.plugin.server import serve

serve(KubernetesProvider())

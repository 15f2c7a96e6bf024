"""Real Kubernetes control planes on loopback, one for each EKS cluster that the sandbox's AWS holds."""

from sandbox.controlplane.client import ApiClient as ApiClient
from sandbox.controlplane.client import ApiError as ApiError
from sandbox.controlplane.client import UnreachableError as UnreachableError
from sandbox.controlplane.nodes import NodeGroupSpec as NodeGroupSpec
from sandbox.controlplane.nodes import kill_nodes as kill_nodes
from sandbox.controlplane.nodes import remove_nodes as remove_nodes
from sandbox.controlplane.nodes import sync_nodes as sync_nodes
from sandbox.controlplane.plane import ControlPlane as ControlPlane

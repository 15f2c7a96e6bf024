"""Ports that more than one layer names."""

from typing import Final

GATEWAY_NODE_PORT: Final = 30443
"""Where each node hands what the site's balancer sends to a gateway of that node."""

GATEWAY_PORT: Final = 8443
"""Where a gateway listens: TLS, HTTP/1.1 and HTTP/2."""

GATEWAY_METRICS_PORT: Final = 8081
"""Where a gateway shows its metrics, to monitoring only."""

GRPC_PORT: Final = 8001
"""Where a model server takes the open inference protocol over gRPC."""

"""Ports that more than one component must know; pure."""

from typing import Final

HTTPS: Final = 443
GATEWAY_PORT: Final = 8443
"""Where a gateway listens: TLS, HTTP/1.1 and HTTP/2."""
GATEWAY_NODE_PORT: Final = 30443
"""Where each node hands what the site's balancer sends to a gateway of that node."""
GATEWAY_METRICS_PORT: Final = 8081
"""Where a gateway shows its metrics, in the clear and inside the cluster only."""
GATEWAY_PROMPTS_PORT: Final = 8082
"""Where a gateway tells the precompute job which prompts come often, and takes them from it."""
PROMETHEUS_PORT: Final = 9090
"""Where Prometheus answers; its Service answers at 80."""
GRPC_PORT: Final = 8001
"""Where a model server takes the open inference protocol over gRPC."""
READY_PATH: Final = "/ready"
"""What a gateway answers to whoever asks whether it takes traffic; no token is needed for it."""
REDIS_PORT: Final = 6379
"""Where the store of the queue listens, with TLS."""
MYSQL_PORT: Final = 3306
"""Where a member of the database listens, to clients and to the other members; and ProxySQL's Service for clients."""
WORKER_PORT: Final = 9090
"""Where a worker of the queue shows its health and its metrics, in the clear and inside the cluster only."""
DATABASE_EXPORTER_PORT: Final = 9104
"""Where the exporter shows the state of the database's group, in the clear and inside the cluster only."""
PROXYSQL_PORT: Final = 6033
"""Where ProxySQL takes clients, with TLS."""
PROXYSQL_ADMIN_PORT: Final = 6032
"""Where ProxySQL is told what to do, by its own pod alone."""
PROXYSQL_METRICS_PORT: Final = 6070
"""Where ProxySQL shows its metrics, in the clear and inside the cluster only."""

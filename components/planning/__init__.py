"""How much is needed: from a forecast of traffic to replicas, nodes and gateways of each site; pure."""

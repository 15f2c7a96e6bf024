"""What ProxySQL and the clients behind it are told; the pods are in `compute.pools`."""

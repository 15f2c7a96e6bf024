#!/bin/sh
# The pod's preStop hook. /ready fails first, so that load balancers look elsewhere while connections are still
# accepted; then Nginx stops accepting and finishes what it has (QUIT, not TERM, which would cut streams).
set -eu
touch /var/run/gateway/draining
sleep @{drain_seconds}
master="$(cat /var/run/gateway/nginx.pid)"
kill -QUIT "$master"
while kill -0 "$master" 2>/dev/null; do
    sleep 1
done

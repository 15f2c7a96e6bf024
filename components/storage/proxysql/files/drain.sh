#!/bin/sh
# Before the pod ends: Kubernetes stops sending, then ProxySQL takes no new clients, while statements go on.
# Arguments: options of the client, and the seconds that Kubernetes needs.
set -eu
sleep "$2"
mysql --defaults-extra-file="$1" --batch --execute="PROXYSQL PAUSE;"

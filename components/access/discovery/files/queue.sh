#!/bin/sh
# Consul's check of a model server's queue: 0 is passing, 1 is warning. Arguments: the metrics' URL, and how many requests may wait.
# A server that gives no metrics passes: whether it is well is the other check's to say.
set -eu
waiting=$(curl -fsS --max-time 1 "$1" | awk '/^vllm:num_requests_waiting[{ ]/ { sum += $NF } END { printf "%d", sum }')
echo "$waiting requests wait, $2 may"
[ "$waiting" -le "$2" ]

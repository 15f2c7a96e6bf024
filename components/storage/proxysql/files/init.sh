#!/bin/sh
# Draws the word of ProxySQL's admin interface, which nobody outside this pod knows, and no Secret holds.
# Arguments: the folder for it, and the port of the interface.
set -eu
umask 077
cd "$1"
# A pod whose init containers run once more keeps its word: ProxySQL may have it already.
[ ! -s client.cnf ] || exit 0
draw() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
word=$(draw)
printf 'admin_credentials="admin:%s"\nstats_credentials="stats:%s"\n' "$word" "$(draw)" > admin.cnf
printf '[client]\nprotocol=tcp\nhost=127.0.0.1\nport=%s\nuser=admin\npassword=%s\n' "$2" "$word" > client.cnf.new
mv client.cnf.new client.cnf

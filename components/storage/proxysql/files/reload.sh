#!/bin/sh
# Has ProxySQL take up its files when Kubernetes has changed them; no connection is cut, and no pod starts anew.
# Arguments: options of the client, seconds between two looks, the file of servers, and all other files.
#
# What has no TO RUNTIME behind it changes nothing: a file that cannot be read leaves ProxySQL as it was, and is tried
# again. https://proxysql.com/documentation/configuring-proxysql/
set -eu
client=$1 period=$2 servers=$3
shift 3

digest() { cat "$@" | sha256sum; }
say() { printf '%s\n' "$*"; }
ask() { mysql --defaults-extra-file="$client" --batch --execute="$1"; }

take_servers() {
	# A file of another form stops here, before anything is deleted.
	ask "LOAD MYSQL VARIABLES FROM CONFIG;
		DELETE FROM mysql_servers;
		DELETE FROM mysql_group_replication_hostgroups;
		DELETE FROM mysql_replication_hostgroups;
		LOAD MYSQL SERVERS FROM CONFIG;
		LOAD MYSQL SERVERS TO RUNTIME;"
}

take_others() {
	ask "LOAD MYSQL VARIABLES FROM CONFIG;
		DELETE FROM mysql_users;
		LOAD MYSQL USERS FROM CONFIG;
		DELETE FROM mysql_query_rules;
		LOAD MYSQL QUERY RULES FROM CONFIG;
		LOAD MYSQL VARIABLES TO RUNTIME;
		LOAD MYSQL USERS TO RUNTIME;
		LOAD MYSQL QUERY RULES TO RUNTIME;"
}

# This starts before ProxySQL, so that what changes while ProxySQL reads its files is seen as a change.
had_servers=$(digest "$servers")
had_others=$(digest "$@")
trap 'exit 0' TERM
while sleep "$period" & wait $!; do
	now_servers=$(digest "$servers") now_others=$(digest "$@")
	# Servers by themselves: to take them up puts members back to their first places, until the next check of the group.
	if [ "$now_servers" != "$had_servers" ]; then
		if take_servers; then had_servers=$now_servers; say "servers taken up"; else say "servers NOT taken up"; fi
	fi
	if [ "$now_others" != "$had_others" ]; then
		if take_others; then had_others=$now_others; say "files taken up"; else say "files NOT taken up"; fi
	fi
done

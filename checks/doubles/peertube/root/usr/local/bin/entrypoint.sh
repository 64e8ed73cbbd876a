#!/bin/sh
# As the official image's entry point: both volumes become the user's, then the user runs the command.
set -e

find /config ! -user 999 -exec chown 999:999 {} \; || true

# An option alone is meant for node.
if [ "${1#-}" != "$1" ]; then
	set -- node "$@"
fi

if [ "$1" = node ] && [ "$(id -u)" = 0 ]; then
	find /data ! -user 999 -exec chown 999:999 {} \;
	exec setpriv --reuid 999 --regid 999 --clear-groups "$0" "$@"
fi

exec "$@"

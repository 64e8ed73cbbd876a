#!/bin/sh
# How long a connection is kept to a machine that has fallen silent: tcp(7), tcp_retries2.
#   garage-silence.sh begin NUMBER   sends again this often, and keeps the former number
#   garage-silence.sh end            the former number again
# RUNTIME_DIRECTORY: where the former number is kept.
set -eu
setting=/proc/sys/net/ipv4/tcp_retries2
case $1 in
  begin)
    cat "$setting" >"$RUNTIME_DIRECTORY/former"
    echo "$2" >"$setting"
    ;;
  end) cat "$RUNTIME_DIRECTORY/former" >"$setting" ;;
esac

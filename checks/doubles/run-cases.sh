#!/bin/sh
# Starts programs of an image, one after the other, inside a container that is like the deployed one.
#   run-cases.sh FOLDER
# In FOLDER: NAME.sh sets the environment of a case and becomes its program; NAME.ready, where it is there, succeeds once
# the program serves, and then the program is ended. Leaves NAME.out, NAME.code, and NAME.served of one that served.
set -u
limit=30
for script in "$1"/*.sh; do
  case=${script%.sh}
  # A name of its own for each: what ends it is told by this file, and not by a number that another may have by then.
  { timeout --kill-after=2 "$limit" sh "$script" >"$case.out" 2>&1 </dev/null; echo "$?" >"$case.code"; } &
  if [ -e "$case.ready" ]; then
    until [ -e "$case.code" ]; do
      if sh "$case.ready" >/dev/null 2>&1; then
        : >"$case.served"
        kill "$(cat "$case.pid")"
        break
      fi
      sleep 0.1
    done
  fi
  wait
done

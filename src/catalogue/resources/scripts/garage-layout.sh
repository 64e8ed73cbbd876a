#!/bin/sh
# Brings a cluster of Garage to the layout that a file says, by the admin API (version 2) of the node beside it: who takes
# part, how much each stores, and where it stands. Does nothing where all is as it should be.
#   garage-layout.sh FILE PEERS PROGRAM
#     FILE: JSON, {"admin": URL, "replication": COPIES, "nodes": [{"name": …, "zone": …, "capacity": null | BYTES, "state": "here" | "leaving" | "lost"}]}
#     PEERS: a line NAME ADDRESS:PORT for each other node that can be reached
#     PROGRAM: for jq, says what has to change
# Credentials: admin-header (an HTTP header line with the token), node-NAME (the id of each node).
set -eu
wanted=$1 peers=$2 program=$3
admin=$(jq -er .admin "$wanted")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Calls the API: METHOD PATH, the body from standard input. Prints the answer; fails with Garage's own words.
call() {
  curl --silent --show-error --fail-with-body --max-time 60 --retry 60 --retry-connrefused --retry-delay 1 \
    --request "$1" --header "@$CREDENTIALS_DIRECTORY/admin-header" --header 'Content-Type: application/json' \
    --data-binary @- --output "$work/answer" "$admin/v2/$2" || {
    echo "garage refused $2: $(head -c 500 "$work/answer")" >&2
    exit 1
  }
  cat "$work/answer"
}
get() { call GET "$1" </dev/null; }
id() { tr -d '\n' <"$CREDENTIALS_DIRECTORY/node-$1"; }

for name in $(jq -r '.nodes[].name' "$wanted"); do
  jq --arg name "$name" --arg id "$(id "$name")" '.nodes[] | select(.name == $name) + {id: $id}' "$wanted"
done | jq -s . >"$work/wanted"
while read -r name address; do jq -n --arg peer "$(id "$name")@$address" '$peer'; done <"$peers" | jq -s . >"$work/peers"

# Meets the others, looks, and says in $work/plan what has to change.
look() {
  call POST ConnectClusterNodes <"$work/peers" >/dev/null
  get GetClusterLayout >"$work/layout"
  get GetClusterStatus >"$work/status"
  jq -n --slurpfile wanted "$work/wanted" --slurpfile layout "$work/layout" --slurpfile status "$work/status" \
    '{wanted: $wanted[0], layout: $layout[0], status: $status[0]}' | jq -f "$program" >"$work/plan"
}
planned() { jq -e "$1" "$work/plan" >/dev/null; }
names() { jq -r ".$1 | join(\", \")" "$work/plan"; }

look
if ! planned '.forgotten == []'; then
  echo "the policy does not name $(names forgotten), which holds objects: name it again, with the state leaving until all is moved to the others, or lost when it does not come back" >&2
  exit 1
fi
if ! planned '.changes == []'; then
  tries=600
  until planned '.missing == []'; do
    [ "$((tries % 30))" != 0 ] || echo "waiting for $(names missing)"
    tries=$((tries - 1))
    if [ "$tries" = 0 ]; then
      echo "no connection to $(names missing): the layout changes only with all nodes there" >&2
      exit 1
    fi
    sleep 1
    look
  done
  jq -e '.stagedRoleChanges == []' "$work/layout" >/dev/null || call POST RevertClusterLayout </dev/null >/dev/null
  jq '{roles: .changes}' "$work/plan" | call POST UpdateClusterLayout >/dev/null
  jq '{version: (.version + 1)}' "$work/layout" | call POST ApplyClusterLayout >"$work/applied"
  echo "the layout has version $(jq .layout.version "$work/applied"):"
  jq -r '.message[]' "$work/applied"
fi

# Whoever does not come back, a node that is lost or a former entry, cannot say that it knows the new layout. Where each
# write is on all nodes that keep a copy, a lost one would also be needed for moving the copies to others.
get GetClusterLayoutHistory >"$work/history"
if jq -e '.versions | any(.status == "Draining")' "$work/history" >/dev/null &&
  jq -en --slurpfile wanted "$work/wanted" --slurpfile status "$work/status" \
    '$wanted[0] | any(.[]; .state == "lost") or ([$status[0].nodes[] | select(.isUp | not) | .id] - map(.id) != [])' >/dev/null; then
  jq --slurpfile wanted "$wanted" \
    '{version: .currentVersion, allowMissingData: ($wanted[0] | .replication <= 2 and any(.nodes[]; .state == "lost"))}' "$work/history" |
    call POST ClusterLayoutSkipDeadNodes >/dev/null
  echo "those that do not come back are not waited for"
fi

tries=300
until get GetClusterHealth | jq -e '.status != "unavailable"' >/dev/null; do
  tries=$((tries - 1))
  if [ "$tries" = 0 ]; then
    echo "not enough nodes are there: $(get GetClusterHealth | jq -c .)" >&2
    exit 1
  fi
  sleep 1
done

for name in $(jq -r '.[] | select(.state == "leaving") | .name' "$work/wanted"); do
  (get "GetNodeStatistics?node=$(id "$name")" >"$work/statistics") || continue
  blocks=$(jq -r '[.success[] | .blockManagerStats.rcEntries // (.freeform | capture("RC entries:\\s*(?<n>[0-9]+)").n | tonumber)][0] // "unknown"' "$work/statistics")
  moving=$(jq '[.versions[] | select(.status == "Draining")] | length' "$work/history")
  if [ "$blocks$moving" = 00 ]; then
    echo "$name is empty: it can be taken out of the policy"
  else
    echo "$name still holds $blocks blocks: leave it in the policy until it is empty"
  fi
done

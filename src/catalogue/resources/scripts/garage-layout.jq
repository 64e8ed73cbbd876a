# What has to change in a cluster's layout. From {"wanted", "layout", "status"}: the nodes that are wanted, each with its
# "id" besides "name", "zone", "capacity" and "state"; the answers of GetClusterLayout and of GetClusterStatus.
# Gives {"changes": for UpdateClusterLayout, "missing": names of those that have to be up before, "forgotten": those that
# are not wanted and hold objects}.
def role: {zone, capacity: (.capacity // null), tags};

(.wanted | map({key: .id, value: .}) | from_entries) as $wanted
| (.layout.roles | map({key: .id, value: .}) | from_entries) as $roles
| (.status.nodes | map({key: .id, value: .}) | from_entries) as $known
| {
    changes: ([
      (.wanted[] | select(.state == "here") | {id} + (. + {tags: [.name]} | role)
        | select($roles[.id] == null or ($roles[.id] | role) != role)),
      (.layout.roles[] | select((.capacity // null) == null or $wanted[.id] != null) | select($wanted[.id].state != "here")
        | {id, remove: true})
    ] | sort_by(.id)),
    missing: [.wanted[] | select(.state != "lost" and ($known[.id].isUp | not)) | .name] | sort,
    forgotten: ([
      (.layout.roles[] | select(.capacity != null and $wanted[.id] == null) | .tags[0] // .id[:16]),
      (.status.nodes[] | select(.draining and $wanted[.id] == null) | .hostname // .id[:16])
    ] | unique)
  }

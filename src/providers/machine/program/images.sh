# Container images: what the machine has, what it lacks, and what goes when no generation needs it any more.
containers=/var/lib/containers/storage

# Whether podman knows an image by name. Its index is a file; to ask podman takes fifty times as long.
has_image() { grep -qsF "\"$1\"" "$containers/overlay-images/images.json"; }

# Says which images of a tree the machine lacks, and which layers it has.
ask_images() { # tree
  [ -s "$1/lists/images" ] || return 0
  lacking=
  while read -r name image digest from; do
    if ! has_image "$name"; then
      lacking=yes
      say "image $image $digest $from"
    fi
  done <"$1/lists/images"
  [ -n "$lacking" ] || return 0
  say "architecture $(dpkg --print-architecture)"
  # podman takes a layer that is there by the digest of its compressed form, whichever image brought it.
  { grep -os '"compressed-diff-digest":"sha256:[0-9a-f]*"' "$containers/overlay-layers/layers.json" || true; } |
    sed 's/.*"\(sha256:[0-9a-f]*\)"/layer \1/' | sort -u
}

# Brings the images of a tree into podman's storage, from what was sent or from their registry.
load_images() { # tree
  [ -s "$1/lists/images" ] || return 0
  begun=
  while read -r name image digest from; do
    if has_image "$name"; then continue; fi
    [ -n "$begun" ] || { begun=yes; phase images; }
    case $from in
      machine) source=${image%:*}@$digest ;;
      *) source=oci:$base/staging/images:$name ;;
    esac
    # Noted before it comes, so that it is not forgotten when this is killed.
    say "$name" >>"$base/images-added"
    loaded=$(podman pull --quiet "$source" </dev/null) && podman tag "$loaded" "$name" || {
      say "refused image-failed $image"
      return 1
    }
  done <"$1/lists/images"
  rm -rf "$base/staging/images"
}

# Removes the images that neither the generation in force nor the one before it needs; with `all`, every one of ours.
# Where podman came with us and nobody else's containers are there, what it stored goes with it.
forget_images() { # all?
  [ -s "$base/images-added" ] || return 0
  current
  before=
  for candidate in $(cd "$base/generations" && printf '%s\n' * | sort -n); do
    case $candidate in 0 | *[!0-9]*) continue ;; esac
    if [ "$candidate" -lt "$number" ] && [ "$(cat "$base/generations/$candidate/verdict" 2>/dev/null)" = confirmed ]; then
      before=$candidate
    fi
  done
  {
    [ "${1:-}" = all ] || cat "$base/current/lists/images" "$base/generations/$before/lists/images" 2>/dev/null || true
  } | cut -d ' ' -f 1 | sort -u >"$base/images-needed"
  sort -u "$base/images-added" | while read -r name; do
    if grep -qxF "$name" "$base/images-needed"; then
      say "$name"
    elif has_image "$name" && ! podman rmi "$name" </dev/null >/dev/null; then
      say "$name"
    fi
  done | write "$base/images-added"
  rm -f "$base/images-needed"
  [ -s "$base/images-added" ] && return
  rm -f "$base/images-added"
  grep -qs '^podman ' "$base/packages-added" && ! grep -qsxF podman "$base/current/lists/packages" || return 0
  [ -z "$(podman ps --all --quiet; podman images --quiet; podman volume ls --quiet)" ] || return 0
  # What it could not take away goes in the next line.
  podman system reset --force </dev/null >/dev/null 2>&1 || true
  rm -rf "${containers:?}" "${containers%/*}/cache"
  rmdir "${containers%/*}" 2>/dev/null || true
  # The tmpfiles.d(5) of Debian's podman makes these at every boot, and its package never removes them.
  rmdir "${containers%/*/*}/cni/networks" "${containers%/*/*}/cni" 2>/dev/null || true
}

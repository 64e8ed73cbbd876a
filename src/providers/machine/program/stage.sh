# Prints what generation $1's manifest holds as `identity path`, one line per file, sorted.
contents() { sed -n 's/^[fs] \([^ ]*\) [^ ]* [^ ]* [^ ]* \(.*\)$/\1 \2/p' "$1" | sort; }

# Reads the manifest from standard input, takes over from the current generation what is there and sound,
# and prints `missing path` for the rest.
stage_manifest() { # bytes
  staging=$base/staging
  rm -rf "$staging"
  mkdir -p "$staging/tree" "$staging/debs" "$staging/images/blobs/sha256"
  head -c "$1" >"$staging/tree/manifest"
  [ "$(wc -c <"$staging/tree/manifest")" -eq "$1" ] || exit 1
  current
  tree=$base/generations/$number
  contents "$staging/tree/manifest" >"$staging/wanted"
  (cd "$tree" && sha256sum --check --quiet sums 2>/dev/null) | sed -n 's/^\(.*\): FAILED.*$/\1/p' >"$staging/broken"
  contents "$tree/manifest" | while read -r hash path; do
    grep -qxF "$path" "$staging/broken" || say "$hash $path"
  done | sort -u -k 1,1 >"$staging/have"
  cut -d ' ' -f 2 "$staging/wanted" | sed -n 's#^\(.*\)/[^/]*$#\1#p' | sort -u |
    while read -r folder; do mkdir -p "$staging/tree/$folder"; done
  join "$staging/have" "$staging/wanted" | while read -r _hash from to; do
    cp -- "$tree/$from" "$staging/tree/$to"
  done
  join -v 2 "$staging/have" "$staging/wanted" | sed 's/^[^ ]* /missing /'
  cp "$staging/tree/manifest" "$staging/manifest"
}

# Completes the staged tree: modes, links, checks every file against the manifest, and makes it a generation.
# Sets number to that of the new generation.
finish_stage() { # id
  staging=$base/staging
  tree=$staging/tree
  sed -n 's/^f \([^ ]*\) [^ ]* [^ ]* [^ ]* \(.*\)$/\1  \2/p' "$tree/manifest" >"$staging/check"
  (cd "$tree" && sha256sum --check --quiet --strict "$staging/check") >&2 || refuse transfer-damaged "a file did not arrive as it was sent"
  [ ! -d "$tree/credentials" ] || chmod 700 "$tree/credentials"
  # What was taken over from a file of equal content has that file's mode. Nearly all are 0644: one process for them.
  (cd "$tree" && sed -n 's/^f [^ ]* 0644 [^ ]* [^ ]* //p' manifest | xargs -r chmod 0644 --)
  while read -r kind hash mode _owner _group path; do
    if [ "$kind" = l ]; then
      folder=$tree/$path
      mkdir -p "${folder%/*}"
      ln -sfn "$hash" "$tree/$path"
    else
      [ -f "$tree/$path" ] || refuse transfer-damaged "$path did not arrive"
      [ "$mode" = 0644 ] || chmod "$mode" "$tree/$path"
    fi
  done <"$tree/manifest"
  sed "s#^#$base/current/files#" "$tree/lists/links" >"$tree/link-targets"
  # A hash of a short secret tells the secret: only root reads this file.
  (umask 077 && cd "$tree" && sed -n 's/^[fs] [^ ]* [^ ]* [^ ]* [^ ]* //p' manifest | xargs sha256sum >sums)
  say "$1" >"$tree/id"
  number=0
  for found in "$base/generations"/*; do
    found=${found##*/}
    case $found in *[!0-9]*) continue ;; esac
    [ "$found" -le "$number" ] || number=$found
  done
  number=$((number + 1))
  say "$number" >"$tree/number"
  sync -f "$tree"
  mv -T "$tree" "$base/generations/$number"
  sync -f "$base"
}

# Keeps the five newest confirmed generations, the two newest others, and whatever is in force.
forget_generations() {
  current
  confirmed=0 others=0
  for candidate in $(cd "$base/generations" && printf '%s\n' * | sort -rn); do
    case $candidate in 0 | *[!0-9]*) continue ;; esac
    if [ "$(cat "$base/generations/$candidate/verdict" 2>/dev/null)" = confirmed ]; then
      confirmed=$((confirmed + 1))
      [ "$confirmed" -gt 5 ] || continue
    else
      others=$((others + 1))
      [ "$others" -gt 2 ] || continue
    fi
    [ "$candidate" = "$number" ] || rm -rf "$base/generations/$candidate" "$base/log/$candidate" "$base/log/$candidate.err"
  done
}

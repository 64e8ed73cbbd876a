# Makes the folders above a path and notes those that were not there, so that they can go with what they were made for.
make_parents() { # path
  parent=${1%/*}
  [ -n "$parent" ] && ! [ -d "$parent" ] || return 0
  make_parents "$parent"
  mkdir "${1%/*}"
  say "${1%/*}" >>"$base/made-directories"
}

# Keeps a file that is not ours, once, before ours takes its place.
keep_original() { # path
  if [ -e "$1" ] || [ -L "$1" ]; then
    [ -e "$base/kept$1" ] || [ -L "$base/kept$1" ] || {
      parent=$base/kept$1
      mkdir -p "${parent%/*}"
      cp -a -- "$1" "$base/kept$1.keeping"
      sync "$base/kept$1.keeping" 2>/dev/null || sync -f "$base"
      mv -T -- "$base/kept$1.keeping" "$base/kept$1"
    }
  fi
}

# Takes our file away and puts the one back that was there before us. What we never placed stays.
restore_original() { # path
  if [ -e "$base/kept$1" ] || [ -L "$base/kept$1" ]; then
    cp -a -- "$base/kept$1" "$1.fediversity"
    mv -T -- "$1.fediversity" "$1"
  elif grep -qxF -- "$1" "$base/placed" 2>/dev/null; then
    rm -f -- "$1"
  fi
  [ ! -e "$base/placed" ] || { grep -vxF -- "$1" "$base/placed" || true; } | write "$base/placed"
  # Last, since what is noted as placed is not kept again: otherwise a crash in between would lose it.
  rm -f -- "$base/kept$1"
}

# Notes that a path is ours from now on, after what stood there before has been kept.
claim() { # path
  grep -qxF -- "$1" "$base/placed" 2>/dev/null && return
  keep_original "$1"
  say "$1" >>"$base/placed"
}

is_ours() { [ "$(readlink -- "$1" 2>/dev/null)" = "$base/current/files$1" ]; }

# Whether a file is one of its own, with the content, mode and owner of another.
is_copy() { # path other
  ! [ -L "$1" ] && cmp -s -- "$1" "$2" || return 1
  [ "$(stat -c '%a %u %g' -- "$1")" = "$(stat -c '%a %u %g' -- "$2")" ]
}

# Puts the files of generation $2 in place of those of generation $1; most change by the one rename alone.
switch_files() { # old new
  old_lists=$base/generations/$1/lists
  tree=$base/generations/$2
  # What a switch that was stopped left beside them: a folder of configuration may be read as a whole.
  cat "$old_lists/links" "$old_lists/copies" "$tree/lists/links" "$tree/lists/copies" |
    sed 's/$/.fediversity/' | xargs -r rm -f --
  while read -r path; do
    is_ours "$path" && continue
    make_parents "$path"
    claim "$path"
    ln -sfn "$base/current/files$path" "$path.fediversity"
    mv -T -- "$path.fediversity" "$path"
  done <"$tree/lists/links"
  while read -r path; do
    claim "$path"
    is_copy "$path" "$tree/files$path" && continue
    make_parents "$path"
    cp -p -- "$tree/files$path" "$path.fediversity"
    mv -T -- "$path.fediversity" "$path"
  done <"$tree/lists/copies"
  cat "$old_lists/links" "$old_lists/copies" | while read -r path; do
    grep -qxF "$path" "$tree/lists/links" || grep -qxF "$path" "$tree/lists/copies" || restore_original "$path"
  done
}

# Refuses paths of generation $1 where something stands that cannot be replaced.
foreign_paths() {
  cat "$base/generations/$1/lists/links" "$base/generations/$1/lists/copies" | while read -r path; do
    if [ -d "$path" ] && ! [ -L "$path" ]; then say "$path"; fi
  done
  for path in "$unit_path" "$quadlet_path"; do
    case $(readlink "$path") in '' | "$base/current/"*) ;; *) say "$path" ;; esac
  done
}

# Whether a list of `path words` has a path.
lists_path() { # list path
  [ -e "$1" ] && cut -d ' ' -f 1 "$1" | grep -qxF -- "$2"
}

# Makes the folders that generation $1 declares, and notes which of them hold data.
make_directories() {
  tree=$base/generations/$1
  while read -r path; do
    make_parents "$path"
    [ -d "$path" ] || say "$path" >>"$base/made-directories"
  done <"$tree/lists/directories"
  while read -r path words; do
    make_parents "$path"
    lists_path "$base/data" "$path" || say "$path $words" >>"$base/data"
  done <"$tree/lists/data"
  if [ -s "$tree/lists/tmpfiles.conf" ]; then systemd-tmpfiles --create "$tree/lists/tmpfiles.conf"; fi
}

# Whether a path is data, or lies in data, or data is kept somewhere below it.
holds_data() { # path
  [ -e "$base/data" ] || return 1
  while read -r data _words; do
    case $data in "$1" | "$1"/*) return 0 ;; esac
    case $1 in "$data"/*) return 0 ;; esac
  done <"$base/data"
  return 1
}

# Removes folders that generation $1 had declared without data, that $2 does not have, and that we made.
remove_directories() { # old new
  sort -r "$base/generations/$1/lists/directories" | while read -r path; do
    grep -qxF "$path" "$base/generations/$2/lists/directories" && continue
    grep -qxF "$path" "$base/made-directories" 2>/dev/null || continue
    # Data that lies deeper stays, and with it what is around it; so does all that lies in data.
    ! holds_data "$path" || continue
    rm -rf --one-file-system -- "$path"
  done
  [ -e "$base/made-directories" ] || return 0
  # Folders that were made only to hold our files go when they are empty.
  sort -ru "$base/made-directories" | while read -r path; do
    if [ -d "$path" ] && ! grep -qxF "$path" "$base/generations/$2/lists/directories" &&
      ! lists_path "$base/generations/$2/lists/data" "$path"; then
      rmdir -- "$path" 2>/dev/null || true
    fi
    if [ -d "$path" ]; then say "$path"; fi
  done | write "$base/made-directories"
}

# Links the unit paths of systemd and podman to the generation in force, once.
link_paths() { # generation
  if ! [ -L "$unit_path" ]; then
    if [ -d "$unit_path" ]; then rmdir -- "$unit_path"; fi
    make_parents "$unit_path"
    ln -s "$base/current/units" "$unit_path"
  fi
  if [ -d "$base/generations/$1/quadlets" ] && ! [ -L "$quadlet_path" ]; then
    make_parents "$quadlet_path"
    ln -s "$base/current/quadlets" "$quadlet_path"
  fi
  [ -e "${guard%/*}/basic.target.wants/${guard##*/}" ] || {
    write "$guard" <<UNIT
[Unit]
Description=Go back to the last confirmed generation after a reboot in the middle of a change
ConditionPathExists=$base/pending
DefaultDependencies=no
After=local-fs.target
Before=basic.target
[Service]
Type=oneshot
ExecStart=/bin/sh $program boot
[Install]
WantedBy=basic.target
UNIT
    mkdir -p "${guard%/*}/basic.target.wants"
    ln -sfn "../${guard##*/}" "${guard%/*}/basic.target.wants/${guard##*/}"
  }
}

# What a deployer asks for. The first line of standard input: verb, deployment, holder's id, holder's name, arguments.

report() {
  boot_id
  owner=-
  [ ! -r "$base/deployment" ] || read -r owner <"$base/deployment"
  say "owner $owner"
  current
  identity "$number"
  say "current $number $id"
  if pending; then say "pending $new $phase $deadline $holder"; fi
}

# A machine belongs to one deployment.
own() { # deployment
  owner=$1
  [ ! -r "$base/deployment" ] || read -r owner <"$base/deployment"
  [ "$owner" = "$1" ] || refuse owned "$owner"
}

send() { # keyword file
  say "$1 $(wc -c <"$2")"
  cat "$2"
}

session_read() { # wanted-id or `none`, quiet?
  report
  # Only those who look at health want to know.
  [ "$1" != none ] || say "free $(df --output=avail -B 1 /var/lib | tail -n 1)"
  if [ "$number" = 0 ]; then
    say end
    return
  fi
  drift "$number"
  health_now "$number" "${2:-}"
  if [ "$id" != "$1" ] && [ "$number" != 0 ]; then send manifest "$base/generations/$number/manifest"; fi
  say end
  # Contents of files in force, for the plan's differences.
  while read -r verb path; do
    [ "$verb" = contents ] || break
    case /$path/ in */../*) refuse path-invalid "$path" ;; esac
    if [ -f "$base/generations/$number/$path" ]; then send contents "$base/generations/$number/$path"; else say absent; fi
  done
}

# Settles what an earlier activation left. Prints `resume n` and ends the session when it only waits for confirmation.
settle() { # holder-id wanted-id
  pending || return 0
  if [ "${holder%% *}" != "$1" ] && [ "$deadline" -gt "$(date +%s)" ]; then
    refuse locked "${holder#* } (generation $new, $phase)"
  fi
  if [ "$phase" = activating ] && systemctl --quiet is-active fediversity-activation.service; then
    follow "$new"
    pending || return 0
  fi
  identity "$new"
  if [ "$phase" = awaiting ] && [ "$id" = "$2" ]; then
    say "resume $new"
    exit 0
  fi
  /bin/sh "$program" expire "$new"
}

follow() { # generation
  tail -n +1 -s 0.1 -f "$base/log/$1" | sed -u '/^end /q'
}

ask_packages() { # tree
  absent=$(absent_packages "$1")
  [ -n "$absent" ] || return 0
  say "$absent" | sed 's/^/package /'
  say "architecture $(dpkg --print-architecture)"
  # Where dpkg was killed, what it did last is still in its folder of updates.
  {
    cat /var/lib/dpkg/status
    for update in /var/lib/dpkg/updates/[0-9]*; do
      [ ! -e "$update" ] || { say; cat "$update"; }
    done
  } | gzip -c >"$base/staging/status.gz"
  send status "$base/staging/status.gz"
}

# Receives what the deployer sends until `go`, then activates.
receive() {
  while read -r verb first second; do
    touch "$base/holder"
    case $verb in
      need)
        free=$(df --output=avail -B 1 "$base" | tail -n 1)
        [ "$free" -gt "$first" ] || refuse disk-full "$first $free"
        ;;
      deb)
        case $first in */* | .*) refuse path-invalid "$first" ;; esac
        head -c "$second" >"$base/staging/debs/$first"
        [ "$(wc -c <"$base/staging/debs/$first")" -eq "$second" ] || exit 1
        ;;
      blob)
        case $first in *[!0-9a-f]*) refuse path-invalid "$first" ;; esac
        head -c "$second" >"$base/staging/images/blobs/sha256/$first"
        [ "$(wc -c <"$base/staging/images/blobs/sha256/$first")" -eq "$second" ] || exit 1
        ;;
      index)
        head -c "$first" >"$base/staging/images/index.json"
        say '{"imageLayoutVersion":"1.0.0"}' >"$base/staging/images/oci-layout"
        ;;
      packages-program) head -c "$first" | write "$base/packages.sh" ;;
      tree) head -c "$first" | tar -xzf - --no-same-owner -C "$base/staging/tree" ;;
      go) return 0 ;;
    esac
  done
  exit 1
}

# Starts the activation of generation $1 detached from this session, and shows its log until it ends.
launch() { # new confirm-seconds edited holder…
  current
  old=$number
  new=$1
  printf '%s\n' "$source_text" | write "$program"
  : >"$base/log/$new"
  : >"$base/log/$new.err"
  flock -u 9
  confirm=$2 edited=$3
  shift 3
  systemd-run --quiet --collect --unit=fediversity-activation \
    --property=StandardOutput="append:$base/log/$new" --property=StandardError="append:$base/log/$new.err" \
    --property=TimeoutStopSec=5 --property="ExecStopPost=/bin/sh $program ended $new" \
    /bin/sh "$program" activate "$new" "$old" "$confirm" "$edited" "$@"
  follow "$new"
  tail -n 12 "$base/log/$new.err" | cut -c 1-300 | sed 's/^/stderr /'
  say end
}

# The activation's last word, if it was killed before it had one.
ended() { # generation
  tail -n 1 "$base/log/$1" | grep -q '^end ' || say "end crashed $1"
}

session_stage() { # deployment holder-id holder-name wanted-id manifest-bytes packages-bytes images-bytes confirm-seconds
  # What an earlier version has brought here can be removed all the same.
  [ -d "$base/generations/0" ] || [ "$(apart)" = no ] || refuse apart
  bootstrap
  own "$1"
  settle "$2" "$4"
  current
  identity "$number"
  if [ "$id" = "$4" ] && [ -z "$(drift "$number"; health_now "$number" quiet | grep -v '^health [^ ]* ok')" ]; then
    say "same $number"
    return 0
  fi
  lock 0 "$2"
  hold "$2" "$3"
  say "$1" | write "$base/deployment"
  stage_manifest "$5"
  mkdir -p "$base/staging/asked/lists"
  head -c "$6" >"$base/staging/asked/lists/packages"
  head -c "$7" >"$base/staging/asked/lists/images"
  ask_packages "$base/staging/asked"
  ask_images "$base/staging/asked"
  say ready
  receive
  finish_stage "$4"
  launch "$number" "$8" "$(edited_paths)" "$2" "$3"
}

# Paths of files in force that are not as they were made, joined by commas.
edited_paths() {
  current
  {
    sed -n 's#^files##p' "$base/staging/broken"
    drift "$number" | sed -n 's/^drift \(link\|copy\) //p'
  } | sort -u | tr '\n' , | sed 's/,$//'
}

session_confirm() { # deployment generation remove?
  own "$1"
  lock 20 -
  current
  if pending; then
    [ "$new $phase" = "$2 awaiting" ] || refuse not-awaiting "generation $new is $phase"
    say confirmed >"$base/generations/$new/verdict"
    date -u +%FT%TZ >"$base/generations/$new/activated"
    sync -f "$base"
    rm -f "$base/pending"
    disarm
  elif [ "$number" != "$2" ] || [ "$(cat "$base/generations/$2/verdict" 2>/dev/null)" != confirmed ]; then
    refuse rolled-back "generation $number is in force: the machine went back before it was confirmed"
  fi
  forget_generations
  forget_images ${3:+all}
  # What is no longer wanted goes; while the list is as it was the last time, nothing can be.
  if [ -s "$base/packages-added" ] && ! cmp -s "$base/generations/$2/lists/packages" "$base/packages-settled"; then
    /bin/sh "$base/packages.sh" remove "$base/packages-added" "$base/generations/$2/lists/packages" remove
    cp "$base/generations/$2/lists/packages" "$base/packages-settled"
  fi
  rm -rf "$base/staging"
  if [ "${3:-}" = remove ]; then remove; else say "confirmed $2"; fi
}

# Takes everything of ours from the machine but data. The generation in force is empty already.
remove() {
  systemctl stop fediversity.target 2>/dev/null || true
  for path in "$unit_path" "$quadlet_path"; do
    case $(readlink "$path" 2>/dev/null) in "$base/current/"*) rm -f "$path" ;; esac
  done
  rm -f "$guard" "${guard%/*}/basic.target.wants/${guard##*/}"
  rmdir "${guard%/*}/basic.target.wants" 2>/dev/null || true
  # podman's package brings this one, and leaves it when our link is still in it.
  dpkg-query -S "${quadlet_path%/*}" >/dev/null 2>&1 || rmdir -- "${quadlet_path%/*}" 2>/dev/null || true
  remove_made_directories
  systemctl daemon-reload
  touch "$base/data"
  while read -r path words; do
    [ -e "$path" ] || continue
    say "$path $words"
  done <"$base/data" >"$base/data.new"
  mv -T "$base/data.new" "$base/data"
  if [ -s "$base/data" ] || [ -s "$base/packages-added" ]; then
    for entry in "$base"/*; do
      case ${entry##*/} in data | deployment | accounts-kept | lock | packages-added | packages.sh | images-added | made-directories) ;; *) rm -rf "$entry" ;; esac
    done
    sed 's/^/data /' "$base/data"
  else
    rm -rf "$base"
  fi
  say removed
}

# Removes folders that were made only to hold something of ours, as far as they are empty, and forgets those.
remove_made_directories() {
  [ -e "$base/made-directories" ] || return 0
  sort -ru "$base/made-directories" | while read -r path; do
    rmdir -- "$path" 2>/dev/null || [ ! -d "$path" ] || say "$path"
  done | write "$base/made-directories"
  [ -s "$base/made-directories" ] || rm -f "$base/made-directories"
}

session_purge() { # deployment dry|really
  [ -s "$base/data" ] || [ -s "$base/packages-added" ] || { say end; return 0; }
  own "$1"
  lock 20 -
  # What it may go back to has data as well.
  ! pending || refuse locked "${holder#* } (generation $new, $phase)"
  current
  cat "$base/data" >"$base/data.new" 2>/dev/null || true
  cp "$base/data.new" "$base/data.new.list"
  while read -r path words; do
    ! lists_path "$base/current/lists/data" "$path" || continue
    say "data $path $words"
    [ "$2" = really ] || continue
    rm -rf --one-file-system -- "$path"
    while read -r other words; do
      [ "$other" = "$path" ] || say "$other $words"
    done <"$base/data.new" >"$base/data.kept"
    mv -T "$base/data.kept" "$base/data.new"
  done <"$base/data.new.list"
  rm -f "$base/data.new.list"
  if [ "$2" = really ]; then
    mv -T "$base/data.new" "$base/data"
    if [ -s "$base/packages-added" ]; then
      wanted=$base/current/lists/packages
      [ -e "$wanted" ] || { wanted=$base/wanted; : >"$wanted"; }
      /bin/sh "$base/packages.sh" remove "$base/packages-added" "$wanted" purge
    fi
    # While a generation is in force, its folders are for the next activation.
    [ -d "$base/generations" ] || remove_made_directories
    if ! [ -s "$base/data" ] && ! [ -d "$base/generations" ]; then rm -rf "$base"; fi
  else
    rm -f "$base/data.new"
  fi
  say end
}

session_generations() {
  current
  for tree in $(cd "$base/generations" 2>/dev/null && printf '%s\n' * | sort -n); do
    case $tree in 0 | *[!0-9]*) continue ;; esac
    identity "$tree"
    say "generation $tree $id $(cat "$base/generations/$tree/activated" 2>/dev/null || echo -)" \
      "$(cat "$base/generations/$tree/verdict" 2>/dev/null || echo pending)"
  done
  say "current $number"
  say end
}

# Goes back to an earlier generation: $3, or the newest confirmed one before the current.
session_return() { # deployment holder-id holder-name generation|previous confirm-seconds
  own "$1"
  settle "$2" -
  lock 0 "$2"
  hold "$2" "$3"
  current
  goal=$4
  identity "$number"
  now=$id
  if [ "$goal" = previous ]; then
    for candidate in $(cd "$base/generations" && printf '%s\n' * | sort -n); do
      case $candidate in 0 | *[!0-9]*) continue ;; esac
      identity "$candidate"
      # A repair makes a new generation of the same content: going back to that would change nothing.
      if [ "$candidate" -lt "$number" ] && [ "$id" != "$now" ] && [ "$(cat "$base/generations/$candidate/verdict" 2>/dev/null)" = confirmed ]; then
        goal=$candidate
      fi
    done
  fi
  [ -d "$base/generations/$goal/lists" ] || refuse generation-unknown "$goal"
  [ "$goal" != "$number" ] || refuse generation-current "$goal"
  (cd "$base/generations/$goal" && sha256sum --check --quiet sums >/dev/null 2>&1) || refuse generation-damaged "$goal"
  rm -rf "$base/staging"
  mkdir -p "$base/staging/debs" "$base/staging/images/blobs/sha256"
  ask_packages "$base/generations/$goal"
  ask_images "$base/generations/$goal"
  identity "$goal"
  say "goal $goal $id"
  say ready
  receive
  launch "$goal" "$5" "" "$2" "$3"
}

session_examine() {
  . /etc/os-release
  say "system ${ID:-unknown} ${VERSION_ID:-unknown}"
  say "init $(cat /proc/1/comm)"
  say "systemd $(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')"
  say "free $(df --output=avail -k /var/lib | tail -n 1)"
  say "user $(id -u)"
  say "apart $(apart)"
  missing=
  for tool in tar gzip flock systemd-run systemd-sysusers systemd-tmpfiles dpkg-query bash; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  say "missing$missing"
  say "clock $(date +%s)"
  report
  say end
}

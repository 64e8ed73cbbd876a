# Everything here runs detached from the deployer, under the lock, and says what it does in log/<generation>.

phase() { say "phase $1"; }

arm() { # seconds unit generation
  # --collect forgets what has ended, also when it failed: only a killed activation leaves something behind.
  if [ -e "/run/systemd/transient/$2.timer" ] || [ -e "/run/systemd/transient/$2.service" ]; then
    systemctl stop "$2.timer" "$2.service" 2>/dev/null || true
  fi
  # Without AccuracySec the timer may fire up to a minute late: systemd.timer(5).
  systemd-run --quiet --collect --unit="$2" --on-active="$1" --timer-property=AccuracySec=100ms \
    /bin/sh "$program" expire "$3"
}

disarm() { systemctl stop fediversity-rollback.timer fediversity-confirm.timer 2>/dev/null || true; }

# Says which ports that generation $2 needs, and $1 did not have, somebody else listens on.
taken_ports() { # old new
  [ -s "$base/generations/$2/lists/ports" ] || return 0
  while read -r port _owner; do
    ! grep -qs "^$port " "$base/generations/$1/lists/ports" || continue
    # proc_net(5): the local address is hexadecimal, 0A is LISTEN, and a bound UDP socket has 07.
    case $port in tcp/*) state=0A ;; *) state=07 ;; esac
    pattern=$(printf '^ *[0-9]*: [0-9A-F]*:%04X [0-9A-F:]* %s ' "${port#*/}" "$state")
    grep -qs "$pattern" "/proc/net/${port%/*}" "/proc/net/${port%/*}6" || continue
    say "$port$(ss -Hlnp "--${port%/*}" "sport = :${port#*/}" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)".*/ (\1)/p' | head -n 1)"
  done <"$base/generations/$2/lists/ports"
}

# Looks at everything that would make generation $2 fail, before anything is switched.
preflight() { # old new
  found=$(taken_ports "$1" "$2")
  [ -z "$found" ] || { say "refused port-taken $(say "$found" | tr '\n' ' ')"; return 1; }
  shift
  found=$(foreign_users "$1")
  [ -z "$found" ] || { say "refused user-exists $(say "$found" | tr '\n' ' ')"; return 1; }
  found=$(foreign_paths "$1")
  [ -z "$found" ] || { say "refused path-occupied $(say "$found" | tr '\n' ' ')"; return 1; }
  if [ -d "$unit_path" ] && ! [ -L "$unit_path" ] && [ -n "$(ls -A "$unit_path")" ]; then
    say "refused path-occupied $unit_path"
    return 1
  fi
  while read -r unit _rest; do
    if [ -e "/etc/systemd/system/$unit" ]; then say "refused unit-shadowed $unit"; return 1; fi
  done <"$base/generations/$1/lists/units"
  set --  "$1" "$base/generations/$1/units"/*.*
  tree=$base/generations/$1
  shift
  [ "$#" -gt 1 ] || return 0
  checked=
  for unit in "$@"; do [ ! -f "$unit" ] || [ "${unit##*/}" = fediversity.target ] || checked="$checked $unit"; done
  [ -n "$checked" ] || return 0
  # Paths of units hold no white space.
  # shellcheck disable=SC2086
  SYSTEMD_UNIT_PATH="$tree/units:" systemd-analyze verify --man=no --recursive-errors=no $checked >&2 || {
    say "refused unit-invalid $(say "$checked" | sed "s#$tree/units/##g")"
    return 1
  }
}

# Switches from generation $1 to generation $2. May be repeated after having been stopped anywhere.
switch() { # old new edited
  tree=$base/generations/$2
  installed=
  # Also without files: what was there as somebody's dependency has to be marked as wanted.
  if [ "${4:-forward}" = forward ] && [ -r "$base/packages.sh" ] && [ -d "$base/staging/debs" ] &&
    ! { cmp -s "$base/generations/$1/lists/packages" "$tree/lists/packages" && [ -z "$(ls -A "$base/staging/debs")" ]; }; then
    phase packages
    installed=yes
    rm -f "$base/packages-settled"
    /bin/sh "$base/packages.sh" install "$base/staging/debs" "$tree/lists/packages" "$base/packages-added"
    rm -rf "$base/staging/debs"
  fi
  if [ "${4:-forward}" = forward ]; then
    load_images "$tree" || return 3
    phase check
    preflight "$1" "$2" || return 3
  fi
  # Where systemd did not look before, everything is new to it.
  [ -L "$unit_path" ] || installed=yes
  link_paths "$2"
  phase users
  switch_users "$1" "$2"
  # Only now do all owners exist.
  while read -r kind _hash mode owner group path; do
    [ "$kind" = l ] || [ "$owner $group" = "root root" ] || {
      chown "$owner:$group" "$tree/$path"
      chmod "$mode" "$tree/$path"
    }
  done <"$tree/manifest"
  phase stop
  unit_actions "$base/generations/$1/lists/units" "$tree/lists/units" "$3" >"$base/actions"
  units=$(sed -n 's/^stop //p' "$base/actions")
  # shellcheck disable=SC2086
  [ -z "$units" ] || systemctl stop -- $units || [ "$?" = 5 ] # 5: was not loaded, so there is nothing to stop
  phase switch
  ln -sfn "generations/$2" "$base/current.new"
  mv -T "$base/current.new" "$base/current"
  sync -f "$base"
  make_directories "$2"
  switch_files "$1" "$2"
  remove_directories "$1" "$2"
  if [ -n "$installed" ] || units_changed "$1" "$2"; then systemctl daemon-reload; fi
  # shellcheck disable=SC2086
  [ -z "$units" ] || systemctl reset-failed -- $units 2>/dev/null || true
  phase start
  start_units "$2"
}

# Whether systemd has to read units again: their texts differ, or some were edited by hand.
units_changed() { # old new
  [ "$(unit_files "$1")" != "$(unit_files "$2")" ] || grep -qE '^(units|quadlets|files/etc/systemd|files/etc/containers)/' "$base/staging/broken" 2>/dev/null
}
# Drop-ins below /etc count as well.
unit_files() { # generation
  grep -E ' (units|quadlets|files/etc/systemd|files/etc/containers)/' "$base/generations/$1/manifest" || true
}

start_units() { # generation
  # shellcheck disable=SC2046
  [ ! -s "$base/generations/$1/lists/units" ] ||
    systemctl reset-failed -- $(cut -d ' ' -f 1 "$base/generations/$1/lists/units") 2>/dev/null || true
  for verb in reload restart start; do
    units=$(sed -n "s/^$verb //p" "$base/actions")
    [ -n "$units" ] || continue
    case $verb in
      reload) set -- try-reload-or-restart ;;
      # What others start is restarted only when it runs; what is enabled is started in any case below.
      restart) set -- try-restart ;;
      start) set -- start ;;
    esac
    say "units $verb $(say "$units" | tr '\n' ' ')"
    # A unit that fails is found by the judgement that follows, with its reason.
    # shellcheck disable=SC2086
    systemctl "$1" -- $units || true
  done
  current
  units=$(
    unfit_units "$number" | sed -n 's/^\([^ ]*\) \(inactive\|failed.*\)$/\1/p'
    # A step that changed, and was over: what it needs was stopped, or its condition did not hold when the machine booted.
    enabled_units "$number" | while read -r unit; do ! grep -qxF "restart $unit" "$base/actions" || say "$unit"; done
  )
  # shellcheck disable=SC2086
  [ -z "$units" ] || systemctl start -- $units || true
  # The empty generation has no target.
  [ ! -e "$base/generations/$1/units/fediversity.target" ] || systemctl start --no-block fediversity.target
}

# Waits until the units of generation $1 stand and its health checks pass. Prints why not.
judge() { # generation
  phase health
  uptime
  deadline=$((uptime + 90))
  calm=0
  if [ -n "$(enabled_units "$1")" ]; then
    while [ "$calm" -lt 2 ]; do
      unfit=$(unfit_units "$1")
      if [ -z "$unit_starts" ]; then unit_starts=$(restarts "$1"); fi
      case "$unfit" in
        *failed-*) break ;;
        '') calm=$((calm + 1)) ;;
        *) calm=0 ;;
      esac
      uptime
      [ "$uptime" -lt "$deadline" ] || break
      [ "$calm" -ge 2 ] || sleep 0.2
    done
    if [ -n "$unfit" ]; then
      say "$unfit" | sed 's/^/unfit /'
      return 1
    fi
    if [ "$unit_starts" != "$(restarts "$1")" ]; then
      say "unfit $(restarting "$1") restarting-again-and-again"
      return 1
    fi
  fi
  failing=$(health_until "$1")
  [ -z "$failing" ] || { say "$failing" | sed 's/^/unfit /'; return 1; }
  # A unit may have fallen over while the checks ran.
  unfit=$(unfit_units "$1")
  [ -z "$unfit" ] || { say "$unfit" | sed 's/^/unfit /'; return 1; }
}
unit_starts=

# The first unit of generation $1 that systemd restarted by itself.
restarting() { # generation
  enabled_units "$1" | while read -r unit; do
    if [ "$(systemctl show -P NRestarts -- "$unit")" -gt 0 ] 2>/dev/null; then
      say "$unit"
      break
    fi
  done
}

# How often systemd restarted the units of generation $1 by itself.
restarts() {
  # shellcheck disable=SC2046
  systemctl show --property=NRestarts -- $(enabled_units "$1") | tr '\n' ' '
}

# Prints the end of the journal as `detail` lines, newest last: of the units at fault where they are known, else of all.
journal_of() { # generation since
  guilty=$(sed -n 's/^unfit \([^ ]*\.[a-z]*\) .*$/\1/p' "$base/log/$1" | sort -u)
  [ -n "$guilty" ] || guilty=$(cut -d ' ' -f 1 "$base/generations/$1/lists/units")
  say "$guilty" | while read -r unit; do
    # What podman says of each container's life tells nothing about what is wrong with it.
    journalctl --no-pager --quiet --output=cat --lines=60 --since="@$2" --unit="$unit" 2>/dev/null |
      grep -vE ' m=\+[0-9.]+ (container|image) [a-z]+ |^conmon [0-9a-f]+ <nwarn>|^[0-9a-f]{64}$' | tail -n 8 |
      cut -c 1-300 | sed "s/^/detail $unit: /"
  done | tail -n 40
}

# Prints the longest deadline of generation $1's health checks, in seconds.
longest_check() { # generation
  longest=0
  for check in "$base/generations/$1/health"/*; do
    [ -e "$check" ] || continue
    read -r _kind allowed <"$check"
    [ "$allowed" -le "$longest" ] || longest=$allowed
  done
  say "$longest"
}

# Prints the most seconds that a unit of generation $1 may take to start, such as a migration.
longest_start() { # generation
  longest=0
  for seconds in $(sed -ns 's/^TimeoutStartSec=\([0-9]*\)$/\1/p' "$base/generations/$1/units"/* "$base/generations/$1/quadlets"/* 2>/dev/null); do
    [ "$seconds" -le "$longest" ] || longest=$seconds
  done
  say "$longest"
}

# Activates generation $1 over $2; when it is healthy, the deployer has $3 seconds to confirm.
activate() { # new old confirm edited holder
  new=$1 old=$2 confirm=$3 edited=$4
  shift 4
  holder=$*
  exec 9>>"$base/lock"
  flock -w 30 9 || { say "end refused locked another deployer"; return 0; }
  current
  [ "$number" = "$old" ] || { say "end refused base-moved generation $number is in force, not $old"; return 0; }
  boot_id
  started=$(date +%s)
  patience=$((600 + $(longest_check "$new") + $(longest_start "$new")))
  write_pending "$new" "$old" activating "$((started + patience))" "$boot" "$holder"
  rm -f "$base/notices"
  phase arm
  arm "$patience" fediversity-rollback "$new"
  result=0
  /bin/sh "$program" switch "$old" "$new" "$edited" || result=$?
  if [ "$result" = 0 ]; then
    /bin/sh "$program" judge "$new" || result=$?
  fi
  if [ "$result" = 0 ]; then
    write_pending "$new" "$old" awaiting "$(($(date +%s) + confirm))" "$boot" "$holder"
    arm "$confirm" fediversity-confirm "$new"
    systemctl stop fediversity-rollback.timer
    say "end awaiting $new"
    return
  fi
  if [ "$result" = 3 ]; then
    # Refused before anything was switched.
    give_up "$new"
    rm -f "$base/pending"
    disarm
    say "end rolled-back $new $old refused"
    return
  fi
  journal_of "$new" "$started"
  roll_back "unhealthy"
}

# Notes that a generation has failed. One that was confirmed once stays confirmed: what was written under it counts, and
# nothing of it is taken back by what asks for this. A full disk is no reason to stop here.
give_up() { # generation
  [ "$(cat "$base/generations/$1/verdict" 2>/dev/null)" = confirmed ] || say failed >"$base/generations/$1/verdict" || :
}

# Goes back from the pending generation to the one before. Needs the lock.
roll_back() { # reason
  pending
  phase roll-back
  give_up "$new"
  say "$1" >"$base/generations/$new/reason" || :
  result=0
  if [ "$new" != "$old" ]; then
    /bin/sh "$program" switch "$new" "$old" "" back || result=$?
    [ "$result" != 0 ] || /bin/sh "$program" judge "$old" || result=$?
  fi
  # What units of the old generation had to say, such as that a database was restored.
  [ ! -e "$base/notices" ] || sed 's/^/detail /' "$base/notices"
  rm -f "$base/pending" "$base/notices"
  disarm
  if [ "$result" = 0 ]; then say "end rolled-back $new $old $1"; else say "end broken $new $old $1"; fi
}

# The timer: nobody confirmed in time, or the activation hangs.
expire() { # generation
  pending || return 0
  [ "$new" = "$1" ] || return 0
  exec >>"$base/log/$1" 2>>"$base/log/$1.err"
  [ "$phase" = awaiting ] || systemctl stop fediversity-activation.service 2>/dev/null || true
  exec 9>>"$base/lock"
  flock -w 60 9
  if pending && [ "$new" = "$1" ]; then roll_back "unconfirmed"; fi
}

# The guard: the machine was rebooted in the middle of a change. Nothing may wait here, since the machine is booting.
boot() {
  pending || return 0
  boot_id
  [ "$boot" != "$boot_then" ] || return 0
  exec 9>>"$base/lock"
  flock -w 60 9
  give_up "$new"
  say rebooted >"$base/generations/$new/reason" || :
  ln -sfn "generations/$old" "$base/current.new"
  mv -T "$base/current.new" "$base/current"
  switch_users "$new" "$old"
  make_directories "$old"
  switch_files "$new" "$old"
  remove_directories "$new" "$old"
  systemctl daemon-reload
  units=$(enabled_units "$old")
  # shellcheck disable=SC2086
  [ ! -e "$base/generations/$old/units/fediversity.target" ] || systemctl start --no-block fediversity.target $units
  rm -f "$base/pending"
  sync -f "$base"
}

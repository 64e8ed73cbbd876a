# The program that runs on a machine: POSIX sh and Debian's essential packages, nothing else.
# It is sent over the session's standard input, and kept in /var/lib/fediversity/program.sh for the timer and the guard.
set -eu
umask 022
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
base=/var/lib/fediversity
program=$base/program.sh
unit_path=/usr/local/lib/systemd/system
quadlet_path=/etc/containers/systemd/fediversity
guard=/etc/systemd/system/fediversity-guard.service

say() { printf '%s\n' "$*"; }

# Ends the session with a failure that the deployer shows: a code, then words.
refuse() { say "error $*"; exit 0; }

# Writes standard input to a file so that it is there wholly or not at all, also after a power cut.
write() {
  cat >"$1.new"
  sync "$1.new"
  mv -T "$1.new" "$1"
}

# Sets uptime to the whole seconds since the machine was started, whatever happens to its clock meanwhile.
uptime() { read -r uptime _ </proc/uptime; uptime=${uptime%%.*}; }

boot_id() { read -r boot </proc/sys/kernel/random/boot_id; }

# Sets number to that of the generation in force; 0 stands for none.
current() {
  number=0
  [ ! -r "$base/current/number" ] || read -r number <"$base/current/number"
}

# Sets id to the identity of generation $1.
identity() { id=none; [ ! -r "$base/generations/$1/id" ] || read -r id <"$base/generations/$1/id"; }

# Sets new, old, phase, deadline, boot_then, holder from the pending activation; fails when there is none.
pending() {
  [ -r "$base/pending" ] || return 1
  { read -r new; read -r old; read -r phase; read -r deadline; read -r boot_then; read -r holder; } <"$base/pending"
}

write_pending() { # new old phase deadline boot holder
  printf '%s\n' "$@" | write "$base/pending"
}

# Whether our folder is on another file system than /etc. systemd reads units, and podman those that become units, before
# it mounts others than the root: systemctl(1), link; file-hierarchy(7).
apart() {
  below=$base
  [ -d "$below" ] || below=/var/lib
  if [ "$(stat -L --format=%d /etc)" = "$(stat -L --format=%d "$below")" ]; then echo no; else echo yes; fi
}

# Makes the folders of first contact. Nothing else on the machine changes.
bootstrap() {
  [ -d "$base/generations/0" ] && return
  mkdir -p "$base/generations" "$base/log" "$base/kept"
  rm -rf "$base/generations/0.new"
  mkdir -p "$base/generations/0.new/lists" "$base/generations/0.new/units" "$base/generations/0.new/health"
  for list in links copies units packages users directories data sysusers.conf tmpfiles.conf; do
    : >"$base/generations/0.new/lists/$list"
  done
  : >"$base/generations/0.new/manifest"
  : >"$base/generations/0.new/sums"
  say none >"$base/generations/0.new/id"
  say 0 >"$base/generations/0.new/number"
  mv -T "$base/generations/0.new" "$base/generations/0"
  [ -L "$base/current" ] || ln -s generations/0 "$base/current"
  sync -f "$base"
}

# Takes the lock of the machine, waiting $1 seconds, or tells who holds it.
lock() { # seconds holder-id
  exec 9>>"$base/lock"
  flock -w "$1" 9 && return
  forsaken "$2" && flock -w 5 9 && return
  who='an unknown deployer'
  { [ ! -r "$base/holder" ] || read -r _id _pid who; } <"$base/holder" 2>/dev/null
  refuse locked "$who"
}

# Ends the session that holds the lock, when its connection broke without its sshd getting to know: the same deployer
# is back (it does one thing at a time), or another one has been silent for a quarter of an hour. Nothing has changed
# on the machine while a session only receives; an activation holds the lock in a process of its own.
forsaken() { # holder-id
  { [ -r "$base/holder" ] && read -r id pid _who; } <"$base/holder" 2>/dev/null || return 1
  [ "$id" = "$1" ] || [ -n "$(find "$base/holder" -mmin +15)" ] || return 1
  [ "$(readlink "/proc/$pid/fd/9" 2>/dev/null)" = "$base/lock" ] || return 1
  # The session's shell leads its process group: sshd starts it as a session leader.
  # dash takes a negative number only in this form.
  kill -s KILL -- "-$pid"
}

# Notes who works on the machine, for those who come in between.
hold() { # holder-id holder-name
  say "$1 $$ $2, since $(date -u +%FT%TZ)" >"$base/holder"
}

#!/bin/sh
# Installs and removes Debian packages on a machine without a network. Needs sh, dpkg, apt and Essential packages.
#
#   packages.sh install FOLDER WANTED RECORD
#     FOLDER  the .deb files to install, named as in the archive (name_version_architecture.deb); may be empty
#     WANTED  a file with the names of the packages that the system wants, one a line
#     RECORD  a file of this program's own: which packages it added; made when missing, its folder must exist
#
#   packages.sh remove RECORD WANTED MODE
#     removes the packages in RECORD that neither those in WANTED nor anything else on the machine depends on
#     MODE    remove: leaves what a package's scripts would delete as data; purge: deletes that too
#
# Both may be repeated after being killed at any point, say what they do on standard error, write nothing on standard
# output, and end with 0 (done), 1 (dpkg or apt could not; their words are above), 2 (called wrongly).
#
# Why apt-get and not dpkg -i: apt brings the files into an order that Pre-Depends allow, mends what a killed run left
# unpacked, refuses to remove or downgrade anything, and waits for a lock that somebody else holds. It is given no
# sources, so it takes nothing but the files. Why dpkg and not apt-get for removal: dpkg alone decides, by what is
# installed and no marks or lists, whether something still depends on a package; it works on half-installed ones too.
#
# RECORD has a line `NAME HOW WHY` for each package. HOW: `purge` (was not there before), `remove` (its configuration
# was: that stays), `auto` (was there, installed automatically; gets this mark back). WHY: `wanted` or `needed`
# (a dependency). A `needed` package that the administrator marked as manual is the administrator's from then on.
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C.UTF-8
export PATH LC_ALL
unset LANGUAGE
export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical UCF_FORCE_CONFFOLD=1
export APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1
exec </dev/null 1>&2

policy=/usr/sbin/policy-rc.d
preset=/run/systemd/system-preset/00-fediversity-packages.preset
run=/run/fediversity-packages
# Seconds to wait while somebody else, such as unattended-upgrades, works with dpkg.
patience=600

usage() {
  echo "usage: packages.sh install FOLDER WANTED RECORD | packages.sh remove RECORD WANTED remove|purge"
  exit 2
}

# Lines of a file that has one package's name a line; nothing else passes.
names_in() {
  while IFS= read -r name || [ -n "$name" ]; do
    case $name in
      '') ;;
      [!a-z0-9]* | *[!a-z0-9+.-]* | ?)
        echo "packages.sh: not the name of a package in $1: $name"
        exit 2
        ;;
      *) echo "$name" ;;
    esac
  done <"$1"
}

has_line() { grep -qxF -e "$1" "$2"; }

# Writes what dpkg knows of the packages of the machine's own architecture, as sorted files in $work: `states` with lines
# `NAME STATE`, and the names of the `present` (in whatever state), the `installed`, and the `leftover` (removed, their
# configuration still there).
look() {
  dpkg-query -W -f='${Package} ${Architecture} ${db:Status-Status}\n' >"$work/all"
  while read -r name architecture state; do
    case $architecture in "$native" | all) ;; *) continue ;; esac
    case $state in
      not-installed) continue ;;
      config-files) echo "$name" >&4 ;;
      installed) echo "$name" >&5 && echo "$name" >&6 ;;
      *) echo "$name" >&5 ;;
    esac
    echo "$name $state"
  done <"$work/all" 4>"$work/leftover" 5>"$work/present" 6>"$work/installed" >"$work/states"
  for set in states leftover present installed; do sort -o "$work/$set" "$work/$set"; done
}

# Runs dpkg, again and again while another process holds its lock, up to $patience seconds.
patiently() {
  waited=0
  while :; do
    code=0
    "$@" >"$work/said" 2>&1 || code=$?
    if [ "$code" = 0 ] || ! grep -q 'locked by another process' "$work/said" || [ "$waited" -ge "$patience" ]; then
      cat "$work/said"
      return "$code"
    fi
    sleep 1
    waited=$((waited + 1))
  done
}

# Finishes what a killed dpkg left, first what it was removing. What it cannot configure yet, because a dependency is
# missing, is for apt to mend.
mend() {
  [ -z "$(ls -A /var/lib/dpkg/updates)" ] && [ -z "$(dpkg --audit)" ] && return
  echo "packages.sh: finishing what an interrupted run of dpkg left"
  set --
  dpkg-query -W -f='${db:Status-Want} ${db:Status-Status} ${binary:Package}\n' >"$work/all"
  while read -r wish state name; do
    case $wish/$state in
      deinstall/half-* | deinstall/unpacked | purge/half-* | purge/unpacked) set -- "$@" "$name" ;;
    esac
  done <"$work/all"
  if [ "$#" -gt 0 ]; then patiently dpkg --force-remove-reinstreq --remove -- "$@" || :; fi
  # Killed between the files of a package and the note that they are whole: only unpacking it again mends that, and apt
  # leaves it out where it has the same version.
  set --
  dpkg-query -W -f='${db:Status-Eflag} ${Package}\n' >"$work/all"
  while read -r flag name; do
    [ "$flag" = reinstreq ] || continue
    for file in "${folder-}/${name}_"*.deb; do [ ! -e "$file" ] || set -- "$@" "$file"; done
  done <"$work/all"
  if [ "$#" -gt 0 ]; then patiently dpkg --force-confdef --force-confold --unpack -- "$@" || :; fi
  patiently dpkg --force-confdef --force-confold --configure -a || :
}

# apt's commands use no sources, no lists and no pins: only what is installed, and the files that they are given.
without_sources() {
  cat >"$work/apt.conf" <<CONF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$work/lists";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "root";
Dpkg::Use-Pty "0";
DPkg::Lock::Timeout "$patience";
Dpkg::Options { "--force-confdef"; "--force-confold"; };
CONF
}

# Replaces a file by standard input, durably.
replace() {
  cat >"$1.new"
  sync "$1.new"
  mv -f "$1.new" "$1"
}

# The lines of the record that are still true of the machine, in the order of their names.
current_record() {
  sort "$record" | join - "$work/states" | while read -r name how why state; do
    case $state/$how in
      config-files/remove | config-files/auto) ;;
      *) echo "$name $how $why" ;;
    esac
  done
}

# Leaves out what the administrator has made his own: dependencies of ours with the mark `manual`, and those that were
# marked by us in a run that was cut short excepted.
without_administrators() {
  apt-mark -c "$work/apt.conf" showmanual >"$work/manual"
  while read -r name how why; do
    if [ "$why" = needed ] && has_line "$name" "$work/manual" && ! has_line "$name" "$work/pending"; then
      echo "packages.sh: $name is the administrator's now: it was marked as manually installed" >&2
    else
      echo "$name $how $why"
    fi
  done
}

begin() {
  native=$(dpkg --print-architecture)
  # In memory, so that a full disk does not matter here, and under one name, so that a killed run leaves no litter.
  work=$run/work
  let_services_start
  mkdir -p "$work/lists/partial"
  without_sources
  trap finish EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  [ -e "$record" ] || : >"$record"
  [ -e "$record.pending" ] || : >"$record.pending"
  names_in "$wanted_file" >"$work/wanted"
  sort -u -o "$work/wanted" "$work/wanted"
  sort -u "$record.pending" >"$work/pending"
}

finish() {
  code=$?
  trap - EXIT HUP INT TERM
  let_services_start
  exit "$code"
}

active_units() {
  systemctl list-units --plain --no-legend --state=active,activating,reloading | while read -r unit _; do
    printf '%s\n' "$unit"
  done
}

# Field 22 of proc_pid_stat(5): with it a process is not mistaken for a later one of the same number.
started() {
  read -r line <"/proc/$1/stat"
  # shellcheck disable=SC2086
  set -- ${line##*) }
  shift 19
  printf '%s\n' "$1"
}

# From here until let_services_start no package starts its services (policy-rc.d) or enables them for the next boot
# (systemd.preset(5)): the units of the system decide. Services that run now may be restarted by their packages. A
# policy of the machine's own stays; ours has no effect once this process is gone, however it ended.
keep_services_down() {
  mkdir -p "$run" "${preset%/*}"
  if [ -d /run/systemd/system ]; then active_units >"$run/active"; else : >"$run/active"; fi
  echo "$$ $(started "$$")" >"$run/holder"
  echo 'disable *' >"$preset"
  if [ -e "$policy" ] || [ -L "$policy" ]; then return; fi
  cat >"$policy.fediversity" <<'POLICY'
#!/bin/sh
# fediversity-packages: there only while Fediversity installs packages, and without effect once it is done.
run=/run/fediversity-packages
while [ "${1#-}" != "${1-}" ]; do shift; done
unit=${1-}
case ${2-} in
  *start*) ;;
  *) exit 0 ;;
esac
[ -r "$run/holder" ] && read -r pid started <"$run/holder" || exit 0
[ -r "/proc/$pid/stat" ] && read -r line <"/proc/$pid/stat" || exit 0
set -- ${line##*) }
[ "${20-}" = "$started" ] || exit 0
case $unit in
  *@.* | *@\**) exit 0 ;;
esac
grep -qxF -e "$unit" -e "$unit.service" "$run/active" && exit 0
exit 101
POLICY
  chmod 755 "$policy.fediversity"
  mv -f "$policy.fediversity" "$policy"
}

let_services_start() {
  rm -f "$preset" "$policy.fediversity"
  if [ -f "$policy" ] && grep -q '^# fediversity-packages:' "$policy"; then rm -f "$policy"; fi
  rm -rf "$run"
}

# Stops what started all the same: by a script that asks no policy, or where the machine's own policy allows it.
stop_started() {
  [ -d /run/systemd/system ] || return 0
  active_units | grep -vxF -f "$run/active" >"$work/new" || :
  while read -r unit; do
    path=$(systemctl show -P FragmentPath -- "$unit")
    [ -n "$path" ] || continue
    owner=$(dpkg-query -S "$path" 2>/dev/null) || continue
    owner=${owner%%:*}
    has_line "$owner" "$work/pending" || continue
    echo "packages.sh: stopping $unit, which $owner started"
    systemctl stop -- "$unit"
  done <"$work/new"
}

install() {
  folder=$(cd -- "$1" && pwd) wanted_file=$2 record=$3
  begin
  keep_services_down
  mend
  look
  set --
  for file in "$folder"/*.deb; do
    [ -e "$file" ] || continue
    set -- "$@" "$file"
    file=${file##*/}
    echo "${file%%_*}"
  done >"$work/offered"
  expect_offered
  if [ "$#" -gt 0 ]; then
    apt-get -c "$work/apt.conf" install --yes --quiet --no-install-recommends --no-remove --fix-broken -- "$@" || exit 1
  fi
  look
  stop_started
  # The wanted are manual; what came with them is automatic, so that apt can say when it has become superfluous.
  comm -12 "$work/wanted" "$work/installed" | xargs -r apt-mark -c "$work/apt.conf" manual -- >/dev/null
  comm -12 "$work/pending" "$work/installed" | comm -23 - "$work/wanted" | xargs -r apt-mark -c "$work/apt.conf" auto -- >/dev/null
  current_record >"$work/record"
  replace "$record" <"$work/record"
  rm -f "$record.pending"
  lacking=$(comm -23 "$work/wanted" "$work/installed")
  [ -z "$lacking" ] && return
  printf 'packages.sh: not installed after all:\n%s\n' "$lacking"
  exit 1
}

# Writes down which packages will be new, before the first comes, so that none is forgotten if this run is killed.
expect_offered() {
  sort -u -o "$work/offered" "$work/offered"
  current_record | without_administrators >"$work/record"
  cut -d' ' -f1 "$work/record" >"$work/recorded"
  apt-mark -c "$work/apt.conf" showauto | sort >"$work/auto"
  comm -23 "$work/offered" "$work/present" >"$work/added"
  # apt takes every file that it is given for a wish, so what is upgraded loses the mark `auto` as well.
  comm -12 "$work/offered" "$work/auto" | sort -u - "$work/added" "$work/pending" | replace "$record.pending"
  sort -o "$work/pending" "$record.pending"
  {
    cat "$work/record"
    comm -23 "$work/added" "$work/recorded" | comm -23 - "$work/leftover" | sed 's/$/ purge needed/'
    comm -23 "$work/added" "$work/recorded" | comm -12 - "$work/leftover" | sed 's/$/ remove needed/'
    comm -12 "$work/wanted" "$work/auto" | comm -23 - "$work/recorded" | sed 's/$/ auto needed/'
  } | sort >"$work/record.new"
  {
    join -v 1 "$work/record.new" "$work/wanted"
    join -o 1.1,1.2 "$work/record.new" "$work/wanted" | sed 's/$/ wanted/'
  } | sort | replace "$record"
}

# Whether purging a package could delete data. dpkg itself deletes only files of the package and its configuration;
# whatever else goes is deleted by its postrm.
deletes_data() {
  script=/var/lib/dpkg/info/$1.postrm
  [ -e "$script" ] || script=/var/lib/dpkg/info/$1:$native.postrm
  [ -e "$script" ] || return 1
  grep -v '^[[:space:]]*#' "$script" |
    grep -qE '/var/(lib|spool|mail|www|opt|backups|local)|/srv|/home|/opt|(user|group)del|del(user|group)|dropcluster|dropdb'
}

remove() {
  record=$1 wanted_file=$2 mode=$3
  case $mode in remove | purge) ;; *) usage ;; esac
  begin
  mend
  look
  current_record | without_administrators >"$work/record"
  replace "$record" <"$work/record"

  join -v 1 "$work/record" "$work/wanted" >"$work/unwanted"
  sed -n 's/ \(purge\|remove\) .*//p' "$work/unwanted" | comm -12 - "$work/present" >"$work/candidates"
  remove_candidates
  look

  sed -n 's/ purge .*//p' "$work/unwanted" | comm -12 - "$work/leftover" >"$work/purgeable"
  set --
  while read -r name; do
    if [ "$mode" = remove ] && deletes_data "$name"; then
      echo "packages.sh: $name is removed; its configuration and data are kept until purged"
    else
      set -- "$@" "$name"
    fi
  done <"$work/purgeable"
  if [ "$#" -gt 0 ]; then
    patiently dpkg --purge -- "$@"
    look
  fi

  # What stays because others depend on it gets the mark that it would have without us.
  cut -d' ' -f1 "$work/unwanted" | comm -12 - "$work/installed" | xargs -r apt-mark -c "$work/apt.conf" auto -- >/dev/null
  {
    current_record | join - "$work/wanted"
    current_record | join -v 1 - "$work/wanted" | sed -n 's/ \(purge\|remove\) .*/ \1 needed/p'
  } | sort >"$work/record"
  replace "$record" <"$work/record"
  rm -f "$record.pending"
}

# Removes the largest set of the candidates that nothing else depends on: dpkg, asked without acting, names those that
# are needed; without them it is asked again.
remove_candidates() {
  while :; do
    set --
    while read -r name; do set -- "$@" "$name"; done <"$work/candidates"
    [ "$#" -gt 0 ] || return 0
    if dpkg --no-act --force-remove-reinstreq --remove -- "$@" >"$work/said" 2>&1; then break; fi
    sed -n '/^Errors were encountered while processing:/,$ s/^ \([a-z0-9+.-]*\).*/\1/p' "$work/said" >"$work/needed"
    if [ ! -s "$work/needed" ]; then
      cat "$work/said"
      exit 1
    fi
    grep -vxF -f "$work/needed" "$work/candidates" >"$work/fewer" || :
    mv "$work/fewer" "$work/candidates"
  done
  # dpkg does not tell apt, which would keep the mark `auto` for a package of this name for ever; `manual` is no mark.
  sort -u "$work/pending" "$work/candidates" | replace "$record.pending"
  comm -12 "$work/candidates" "$work/installed" | xargs -r apt-mark -c "$work/apt.conf" manual -- >/dev/null
  patiently dpkg --force-remove-reinstreq --remove -- "$@"
}

case ${1-} in
  install) [ "$#" = 4 ] || usage ;;
  remove) [ "$#" = 4 ] || usage ;;
  *) usage ;;
esac
verb=$1
shift
"$verb" "$@"

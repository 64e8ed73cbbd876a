# Compares the machine with generation $1 and prints a `drift` line for everything that is not as it was made.
drift() {
  tree=$base/generations/$1
  [ "$1" != 0 ] || return 0
  # Every process that is started here is paid for in every exchange where nothing is to be done.
  broken=$(cd "$tree" && sha256sum --check --quiet sums 2>/dev/null) || say "$broken" | sed -n 's/^\(.*\): FAILED.*$/drift tree \1/p'
  set -- "$1"
  targets=
  while read -r path; do
    set -- "$@" "$path"
    targets="$targets$base/current/files$path
"
  done <"$tree/lists/links"
  generation=$1
  shift
  if [ "$#" -gt 0 ] && [ "$(readlink -- "$@")" != "${targets%?}" ]; then
    while read -r path; do
      [ "$(readlink -- "$path")" = "$base/current/files$path" ] || say "drift link $path"
    done <"$tree/lists/links"
  fi
  while read -r path; do
    cmp -s -- "$path" "$tree/files$path" || say "drift copy $path"
  done <"$tree/lists/copies"
  [ "$unit_path" -ef "$base/current/units" ] || say "drift link $unit_path"
  absent_users "$tree"
  absent=$(absent_packages "$tree")
  [ -z "$absent" ] || say "$absent" | sed 's/^/drift package /'
  unfit=$(unfit_units "$generation")
  [ -z "$unfit" ] || say "$unfit" | sed 's/^/drift unit /'
}

# Says which users of a tree are not in passwd(5), where ours are.
absent_users() { # tree
  [ -s "$1/lists/users" ] || return 0
  users=' '
  while IFS=: read -r user _rest; do users="$users$user "; done </etc/passwd
  while read -r user _rest; do
    case $users in *" $user "*) ;; *) say "drift user $user" ;; esac
  done <"$1/lists/users"
}

# Prints the packages of a tree that are not installed. Nothing is asked while dpkg's database is as it was last time.
absent_packages() { # tree
  [ -s "$1/lists/packages" ] || return 0
  if [ -e "$1/packages-present" ] && ! [ /var/lib/dpkg/status -nt "$1/packages-present" ]; then return 0; fi
  # A package of another architecture has the same name; one that is installed is enough.
  # shellcheck disable=SC2016
  absent=$(xargs dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' -- <"$1/lists/packages" 2>/dev/null |
    sed -n 's/^installed //p' | sort -u | comm -13 - "$1/lists/packages")
  if [ -n "$absent" ]; then
    rm -f "$1/packages-present"
    say "$absent"
  else
    touch "$1/packages-present" 2>/dev/null || true
  fi
}

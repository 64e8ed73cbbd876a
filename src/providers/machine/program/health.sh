# Runs one health check of generation $1 once, with at most $3 seconds; its words are left in the file $4.
health_once() { # generation name seconds out
  set -- "$base/generations/$1/health/$2" "$3" "$4"
  check=$1 seconds=$2 out=$3
  { read -r kind _deadline; set --; while IFS= read -r word; do set -- "$@" "$word"; done; } <"$check"
  case $kind in
    command) timeout "$seconds" "$@" </dev/null >"$out" 2>&1 ;;
    # bash is essential on Debian, and opens TCP connections: bash(1), REDIRECTION.
    tcp) timeout "$seconds" bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1"' bash "$1" >"$out" 2>&1 ;;
    http)
      # shellcheck disable=SC2016
      timeout "$seconds" bash -c '
        exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
        printf "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nUser-Agent: fediversity-health\r\n\r\n" "$4" "$2" >&3
        IFS=" " read -r version status reason <&3 || { echo "no answer"; exit 1; }
        echo "HTTP status ${status%%[!0-9]*}, expected $3"
        [ "${status%%[!0-9]*}" = "$3" ]' bash "$@" >"$out" 2>&1
      ;;
    *) say "unknown kind of check: $kind" >"$out"; return 1 ;;
  esac
}

# The last line that a check printed, shortened, without control characters.
words_of() { tail -n 1 "$1" 2>/dev/null | tr -d '[:cntrl:]' | cut -c 1-200; }

# Tries every check of generation $1 until it passes or its own deadline is over. Prints `health name words` per failure.
health_until() { # generation
  out=/run/fediversity-health.$$
  uptime
  started=$uptime
  for check in "$base/generations/$1/health"/*; do
    [ -e "$check" ] || continue
    name=${check##*/}
    read -r _kind allowed <"$check"
    pause=0.05 tried=no
    while :; do
      uptime
      left=$((started + allowed - uptime))
      # Each is tried at least once, however long the ones before it took.
      if [ "$left" -le 0 ] && [ "$tried" = yes ]; then
        say "health $name $(words_of "$out")"
        break
      fi
      # One that hangs is tried again, since what it hangs on may have come meanwhile.
      if [ "$left" -le 0 ] || [ "$left" -gt 10 ]; then left=10; fi
      tried=yes
      if health_once "$1" "$name" "$left" "$out"; then break; fi
      sleep "$pause"
      pause=$([ "$pause" = 0.05 ] && echo 0.2 || echo 0.5)
    done
  done
  rm -f "$out"
}

# Runs every check of generation $1 once. Prints `health name ok|bad words`; what passes keeps its words to itself when
# $2 is `quiet`.
health_now() { # generation quiet?
  out=/run/fediversity-health.$$
  for check in "$base/generations/$1/health"/*; do
    [ -e "$check" ] || continue
    name=${check##*/}
    if ! health_once "$1" "$name" 10 "$out"; then
      say "health $name bad $(words_of "$out")"
    elif [ "${2:-}" = quiet ]; then
      say "health $name ok"
    else
      say "health $name ok $(words_of "$out")"
    fi
  done
  [ ! -e "$out" ] || rm -f "$out"
}

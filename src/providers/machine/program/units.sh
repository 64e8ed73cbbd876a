# Decides what happens to each unit when one index follows another: `verb unit` lines, sorted by unit.
# The same table stands in src/system/unit-actions.ts, where it is explained; a test compares the two.
unit_actions() { # old-index new-index edited (paths joined by commas, or empty)
  join -a 1 -a 2 -e - -o 0,1.2,1.3,1.5,2.2,2.3,2.4,2.5,2.6,2.7 "$1" "$2" |
    while read -r unit old_restart old_reload old_enabled restart reload on_change enabled restart_on reload_on; do
      if [ "$restart" = - ]; then
        say "stop $unit"
      elif [ "$old_restart" = - ]; then
        [ "$enabled" = manual ] || say "start $unit"
      elif [ "$old_enabled" != "$enabled" ]; then
        if [ "$enabled" = enabled ]; then say "start $unit"; else say "stop $unit"; fi
      elif [ "$on_change" = nothing ]; then
        :
      elif [ "$old_restart" != "$restart" ] || touches "$restart_on" "$3"; then
        say "$on_change $unit"
      elif [ "$old_reload" != "$reload" ] || touches "$reload_on" "$3"; then
        say "reload $unit"
      fi
    done
}

# Whether two lists of paths, each joined by commas, have one in common.
touches() {
  [ -n "$2" ] && [ "$1" != - ] || return 1
  rest=$1,
  while [ -n "$rest" ]; do
    case ",$2," in *,"${rest%%,*}",*) return 0 ;; esac
    rest=${rest#*,}
  done
  return 1
}

enabled_units() { # generation
  while read -r unit _restart _reload _change enabled _rest; do
    [ "$enabled" != enabled ] || say "$unit"
  done <"$base/generations/$1/lists/units"
}

# Prints `unit state` for each enabled unit of generation $1 that does not run as it should.
# A oneshot that ended well is as it should be.
unfit_units() {
  units=$(enabled_units "$1")
  [ -n "$units" ] || return 0
  # Unit names hold no white space, so splitting them into words is what is wanted.
  # shellcheck disable=SC2086
  systemctl show --property=Id,ActiveState,SubState,Type,Result,ConditionResult,ConditionTimestampMonotonic,ExecMainExitTimestampMonotonic,LoadState -- $units |
    { cat; say; } | while IFS='=' read -r key value; do
      case $key in
        Id) unit=$value ;;
        ActiveState) active=$value ;;
        SubState) sub=$value ;;
        Type) type=$value ;;
        Result) result=$value ;;
        LoadState) load=$value ;;
        ConditionResult) condition=$value ;;
        ConditionTimestampMonotonic) asked=$value ;;
        ExecMainExitTimestampMonotonic) ended=$value ;;
        '')
          [ -n "${unit:-}" ] || continue
          case $active/$sub in
            active/* | reloading/*) ;;
            activating/auto-restart) say "$unit restarting-after-$result" ;;
            activating/*) say "$unit starting" ;;
            failed/*) say "$unit failed-$result" ;;
            *)
              # A condition that did not hold is how its author wants the unit to stay down: systemd.unit(5).
              if [ "${condition:-yes}" = no ] && [ "${asked:-0}" != 0 ]; then
                :
              elif [ "${type:-}" != oneshot ] || [ "${ended:-0}" = 0 ]; then
                say "$unit $([ "$load" = loaded ] && echo "$active" || echo "$load")"
              fi
              ;;
          esac
          unit='' type='' ended='' condition='' asked=''
          ;;
      esac
    done
}

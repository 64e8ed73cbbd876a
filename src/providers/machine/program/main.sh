verb=${1:-session}
[ "$#" = 0 ] || shift
case $verb in
  session)
    # A deployer that went away must not leave a session behind that waits for it.
    read -r verb rest
    # The words of the first line are ours and hold no white space.
    # shellcheck disable=SC2086
    case $verb in
      read | stage | confirm | purge | generations | return | examine) "session_$verb" $rest ;;
      *) refuse verb-unknown "$verb" ;;
    esac
    ;;
  switch | judge | activate | expire | boot | ended) "$verb" "$@" ;;
  *) exit 64 ;;
esac

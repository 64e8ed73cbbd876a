#!/bin/sh
# Makes the first account, once, with the password of the credential `password`, and proves that one can log in with it.
#   initial-user.sh URL PROFILE MARK   PROFILE: JSON with host, username, email, channel, displayName
# PeerTube's own first account is called root; the credential `root` has its password. docs.joinpeertube.org, REST API.
set -eu
url=$1 profile=$2 mark=$3
[ ! -e "$mark" ] || exit 0
host=$(jq -er .host "$profile")
name=$(jq -er .username "$profile")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 077

# Calls the API as the web server does, since PeerTube answers nobody else: METHOD PATH, further arguments for curl. Sets
# code, and leaves the answer in a file also where it is a refusal.
call() {
  method=$1 path=$2
  shift 2
  code=$(curl --silent --show-error --max-time 60 --retry 100 --retry-connrefused --retry-delay 1 --retry-max-time 150 \
    --request "$method" --header "Host: $host" --header 'X-Forwarded-Proto: https' --header 'X-Forwarded-For: 127.0.0.1' \
    --output "$work/answer" --write-out '%{http_code}' "$@" "$url$path")
  case $code in 2*) cat "$work/answer" ;; *)
    echo "PeerTube answered $code to $method $path: $(head -c 300 "$work/answer")" >&2
    return 1
    ;;
  esac
}

# Logs in: NAME CREDENTIAL; leaves a header line with the token in $work/NAME.
log_in() {
  call GET /api/v1/oauth-clients/local >"$work/client" &&
  call POST /api/v1/users/token --data grant_type=password --data-urlencode "username=$1" \
    --data-urlencode "password@$CREDENTIALS_DIRECTORY/$2" \
    --data-urlencode "client_id=$(jq -er .client_id "$work/client")" \
    --data-urlencode "client_secret=$(jq -er .client_secret "$work/client")" >"$work/token" &&
  jq -er '"Authorization: Bearer \(.access_token)"' "$work/token" >"$work/$1"
}

call GET "/api/v1/accounts/$name" >"$work/account" 2>"$work/refusal" || [ "$code" = 404 ] || {
  cat "$work/refusal" >&2
  exit 1
}
known=$code
if [ "$known" = 404 ]; then
  log_in root root
  # Role 0 is that of administrators; -1 is no limit.
  jq --rawfile password "$CREDENTIALS_DIRECTORY/password" \
    '{username, email, channelName: .channel, password: $password, role: 0, videoQuota: -1, videoQuotaDaily: -1}' "$profile" |
    call POST /api/v1/users --header "@$work/root" --header 'Content-Type: application/json' --data-binary @- >/dev/null
fi
log_in "$name" password || {
  # There already, such as where this was on another machine before: its owner has changed the password, or wants a code
  # as well.
  case "$known $code" in "200 400" | "200 401") jq -r .code "$work/answer" >"$work/reason" ;; *) : >"$work/reason" ;; esac
  if grep -qxE 'invalid_grant|missing_two_factor' "$work/reason"; then
    : >"$mark"
    exit 0
  fi
  echo "the first account $name was made, but one cannot log in with it" >&2
  exit 1
}
jq '{displayName: .displayName[0:120]}' "$profile" |
  call PUT /api/v1/users/me --header "@$work/$name" --header 'Content-Type: application/json' --data-binary @- >/dev/null
: >"$mark"

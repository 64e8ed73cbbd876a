#!/bin/sh
# Lets Caddy make its account with the ACME server before several names ask for certificates: Caddy 2.6 would make an
# account for each of them at once, and keep the key of one with the number of another, which no server accepts.
#   caddy-account.sh CADDYFILE SITES STORAGE RUNTIME KEY
# KEY: where below STORAGE the key of the account lies with which the Caddyfile says to ask; other accounts do not count.
# It may hold asterisks. Does nothing where there is this account. Where the server does not answer, Caddy itself tries
# again and says why.
set -eu
caddyfile=$1 sites=$2 storage=$3 runtime=$4 key=$5
has_account() {
  # shellcheck disable=SC2086 -- asterisks are meant as such, and there is nothing else in it
  ls "$1"/$key >/dev/null 2>&1
}
! has_account "$storage" || exit 0
for first in "$sites"/*.caddy; do break; done
[ -e "$first" ] || exit 0
# A storage of its own: with the certificates that are there, Caddy would ask for none, and make no account.
umask 077
own=$runtime/account
rm -rf "$own"
sed "s#^import .*#import $first#; s#^\(\tstorage file_system\) .*#\1 $own#" "$caddyfile" >"$runtime/account.caddyfile"
caddy run --config "$runtime/account.caddyfile" --adapter caddyfile &
caddy=$!
tries=150
until has_account "$own" || [ "$tries" = 0 ]; do
  sleep 0.1
  tries=$((tries - 1))
done
kill "$caddy" || :
wait "$caddy" || :
if has_account "$own"; then
  users=${key%/users/*}/users
  mkdir -p "$storage/$users"
  cp -R "$own/$users/." "$storage/$users"
fi
rm -rf "$own" "$runtime/account.caddyfile"

#!/bin/sh
# Lets Caddy make its account with the ACME server before several names ask for certificates: Caddy 2.6 would make an
# account for each of them at once, and keep the key of one with the number of another, which no server accepts.
#   caddy-account.sh CADDYFILE SITES STORAGE RUNTIME
# Does nothing where there is an account. Where the server does not answer, Caddy itself tries again and says why.
set -eu
caddyfile=$1 sites=$2 storage=$3 runtime=$4
has_account() { ls "$storage"/acme/*/users/*/*.key >/dev/null 2>&1; }
! has_account || exit 0
for first in "$sites"/*.caddy; do break; done
[ -e "$first" ] || exit 0
sed "s#^import .*#import $first#" "$caddyfile" >"$runtime/account.caddyfile"
caddy run --config "$runtime/account.caddyfile" --adapter caddyfile &
caddy=$!
tries=150
until has_account || [ "$tries" = 0 ]; do
  sleep 0.1
  tries=$((tries - 1))
done
kill "$caddy"
wait "$caddy" || :
rm -f "$runtime/account.caddyfile"

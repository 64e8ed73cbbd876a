#!/bin/sh
# Makes the first account, once, with the password of the credential `password`, and proves that one can log in with it.
#   initial-user.sh FOLDER URL PROFILE   PROFILE: JSON with uid and name
set -eu
folder=$1 url=$2 profile=$3
name=$(jq -er .uid "$profile")
file=$folder/user/$name/user.json
# Lies with the accounts, and comes along to another machine. What an earlier run did not finish has no password that
# anybody knows.
done=$folder/.first-account
# Where earlier versions had it.
[ ! -e "$folder/user/$name/.made-by-fediversity" ] || : >"$done"
[ ! -e "$done" ] || exit 0
if ! [ -e "$file" ]; then
  # It prints a password of its own, which nobody gets to see.
  snac adduser "$folder" "$name" >/dev/null
fi
# snac(5), user.json: eight hexadecimal digits, and the SHA-1 of digits, name and password.
salt=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
hash=$({ printf '%s:%s:' "$salt" "$name" && cat "$CREDENTIALS_DIRECTORY/password"; } | sha1sum | cut -d ' ' -f 1)
umask 007
printf '%s:%s' "$salt" "$hash" >"$file.password"
jq --slurp --rawfile password "$file.password" '.[0] * {name: .[1].name, passwd: $password}' "$file" "$profile" >"$file.new"
rm -f "$file.password"
mv "$file.new" "$file"
curl --silent --show-error --fail --retry 50 --retry-connrefused --retry-delay 1 --max-time 60 --output /dev/null \
  --data-urlencode "login=$name" --data-urlencode "passwd@$CREDENTIALS_DIRECTORY/password" "$url/oauth/x-snac-get-token" || {
  echo "the first account $name was made, but one cannot log in with it" >&2
  exit 1
}
: >"$done"

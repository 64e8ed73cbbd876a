#!/bin/sh
# Gives a Garage the identity by which other nodes know it: FOLDER/node_key and node_key.pub.
#   garage-identity.sh FOLDER USER   FOLDER: its metadata; USER: the number of its user and group
# Credential: node-key (128 hexadecimal digits: seed and public key).
set -eu
folder=$1 user=$2
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tr -d '\n' <"$CREDENTIALS_DIRECTORY/node-key" | tr a-f A-F | basenc --base16 --decode >"$work/node_key"
tail -c 32 "$work/node_key" >"$work/node_key.pub"
if [ -e "$folder/node_key" ] && ! cmp -s "$work/node_key" "$folder/node_key"; then
  echo "$folder belongs to a Garage with another identity, under which the objects in it are known. Let the machine's Garage be as it was, or move that folder away if nothing in it is needed." >&2
  exit 1
fi
for file in node_key node_key.pub; do
  install --mode=0600 --owner="$user" --group="$user" "$work/$file" "$folder/.$file"
  mv "$folder/.$file" "$folder/$file"
done

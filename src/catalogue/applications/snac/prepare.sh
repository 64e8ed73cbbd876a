#!/bin/sh
# Makes snac's folder, once, and brings its settings to what a file says.
#   prepare.sh FOLDER WANTED   WANTED: JSON with members of server.json
set -eu
folder=$1 wanted=$2
host=$(jq -er .host "$wanted")
if ! [ -e "$folder/server.json" ]; then
  # What a killed run left is not whole: only the rename makes it so.
  rm -rf "$folder.new"
  # snac asks for address, port, host, prefix and e-mail.
  printf '127.0.0.1\n8001\n%s\n\n\n' "$host" | snac init "$folder.new" >/dev/null
  mv "$folder.new" "$folder"
fi
before=$(jq -r .host "$folder/server.json")
if [ "$before" != "$host" ] && [ -n "$(ls -A "$folder/user")" ]; then
  echo "snac's accounts belong to the host $before, and the configuration says $host: accounts cannot change their host." >&2
  echo "Set the option host back to $before." >&2
  exit 1
fi
jq --slurp '.[0] * .[1]' "$folder/server.json" "$wanted" >"$folder/server.json.new"
sync "$folder/server.json.new"
mv "$folder/server.json.new" "$folder/server.json"
# Does nothing where the layout of the files is that of the program. Its exit code is 1 when all went well; when not, the
# server says so and refuses to run.
snac upgrade "$folder" || :

#!/bin/sh
# Deletes buckets of ours that nobody wants and whose folder below KEPT has been purged, with all objects in them and the
# keys that opened them.
#   garage-purge.sh FILE KEPT S3 MADE   FILE and MADE: as for garage-configure.sh; S3: URL of the S3 interface
# Credential: admin-header (an HTTP header line with the token).
set -eu
wanted=$1 kept=$2 s3=$3 made=$4
admin=$(jq -er .admin "$wanted")
umask 077
work=$(mktemp -d)
key=
finish() {
  [ -z "$key" ] || call POST "/v2/DeleteKey?id=$key" </dev/null >/dev/null || :
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 143' TERM

call() { # METHOD PATH, the body from standard input
  curl --silent --show-error --fail-with-body --max-time 60 --request "$1" --header "@$CREDENTIALS_DIRECTORY/admin-header" \
    --header 'Content-Type: application/json' --data-binary @- "$admin$2"
}

# Talks S3 with a key that exists for this run alone: METHOD PATH-AND-QUERY, further arguments for curl.
s3() {
  method=$1 path=$2
  shift 2
  curl --silent --show-error --fail-with-body --max-time 60 --aws-sigv4 aws:amz:garage:s3 --config "$work/curl" \
    --request "$method" "$@" "$s3$path"
}

# Whether a name is that of a bucket of ours that was purged: we made it, its folder is gone, and nobody wants it.
is_purged() {
  grep -qsxF -e "$1" "$made" && [ ! -e "$kept/$1" ] &&
    ! jq -e --arg name "$1" '.buckets | any(.bucket == $name)' "$wanted" >/dev/null
}

# Deletes every object of a bucket, a thousand at a time as they are listed. Names stay in the form that XML gives them;
# a line break in one is another character on the way through tools that work on lines.
empty() { # BUCKET
  while :; do
    s3 GET "/$1?list-type=2" >"$work/list"
    tr '\n' '\001' <"$work/list" >"$work/line"
    grep -o '<Key>[^<]*</Key>' "$work/line" >"$work/keys" || break
    {
      echo '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>'
      sed 's#.*#<Object>&</Object>#' "$work/keys" | tr '\001' '\n'
      echo '</Delete>'
    } >"$work/delete"
    s3 POST "/$1?delete=" --header 'Content-Type: application/xml' --data-binary "@$work/delete" >"$work/deleted"
    ! grep -q '<Error>' "$work/deleted" || {
      echo "garage did not delete objects of $1: $(head -c 500 "$work/deleted")" >&2
      exit 1
    }
  done
}

delete_bucket() { # ID NAME
  echo "deleting bucket $2, whose data was purged"
  if [ -z "$key" ]; then
    echo '{"name":"fediversity-purge"}' | call POST /v2/CreateKey >"$work/key"
    key=$(jq -er .accessKeyId "$work/key")
    jq -er '"user = \"\(.accessKeyId):\(.secretAccessKey)\""' "$work/key" >"$work/curl"
  fi
  jq -n --arg bucket "$1" --arg key "$key" \
    '{bucketId: $bucket, accessKeyId: $key, permissions: {read: true, write: true, owner: true}}' |
    call POST /v2/AllowBucketKey >/dev/null
  empty "$2"
  call POST "/v2/DeleteBucket?id=$1" </dev/null >/dev/null
}

# One look at everything; sets `found` when there was something to delete.
sweep() {
  found=
  call GET /v2/ListBuckets </dev/null >"$work/all"
  jq -r '.[] | .id as $id | .globalAliases[] | "\($id) \(.)"' "$work/all" >"$work/buckets"
  while read -r id name; do
    if is_purged "$name"; then
      delete_bucket "$id" "$name" </dev/null
      found=yes
    fi
  done <"$work/buckets"
  # A key has the name of the bucket that it was made for, and may open others.
  call GET /v2/ListKeys </dev/null | jq -r '.[] | "\(.id) \(.name)"' >"$work/all-keys"
  while read -r id name; do
    if [ "$name" = fediversity-purge ] && [ "$id" != "$key" ]; then
      # Of a run that was killed.
      call POST "/v2/DeleteKey?id=$id" </dev/null >/dev/null
      continue
    fi
    is_purged "$name" || continue
    call GET "/v2/GetKeyInfo?id=$id" </dev/null >"$work/info"
    if jq -e '.buckets | any(.permissions | .read or .write or .owner)' "$work/info" >/dev/null; then continue; fi
    echo "deleting the key of bucket $name"
    call POST "/v2/DeleteKey?id=$id" </dev/null >/dev/null
    found=yes
  done <"$work/all-keys"
}

# Again when more was purged meanwhile: systemd sees no change of a path while its unit runs.
while :; do
  before=$(stat --format=%y "$kept")
  sweep
  [ -n "$found" ] || [ "$(stat --format=%y "$kept")" != "$before" ] || break
done
cat "$made" 2>/dev/null | while read -r name; do
  is_purged "$name" || echo "$name"
done | sort -u >"$work/made"
cat "$work/made" >"$made"

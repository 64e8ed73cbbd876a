#!/bin/sh
# Deletes buckets of ours that nobody wants and whose folder below KEPT has been purged, with all objects in them.
#   garage-purge.sh FILE KEPT S3 MADE   FILE and MADE: as for garage-configure.sh; S3: URL of the S3 interface
# Credential: admin-header (an HTTP header line with the token).
set -eu
wanted=$1 kept=$2 s3=$3 made=$4
admin=$(jq -er .admin "$wanted")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 077

call() { # METHOD PATH, the body from standard input
  curl --silent --show-error --fail-with-body --max-time 60 --request "$1" --header "@$CREDENTIALS_DIRECTORY/admin-header" \
    --header 'Content-Type: application/json' --data-binary @- "$admin$2"
}

# Talks S3 with a key that exists for this run alone: METHOD PATH-AND-QUERY.
s3() {
  curl --silent --show-error --fail-with-body --max-time 60 --aws-sigv4 aws:amz:garage:s3 --config "$work/curl" --request "$1" "$s3$2"
}

call GET /v2/ListBuckets </dev/null >"$work/all"
jq -r '.[] | [.id, (.globalAliases | join(","))] | @tsv' "$work/all" | while read -r id aliases; do
  of_ours=
  for alias in $(echo "$aliases" | tr , ' '); do
    # Names of ours hold a folder while their data is kept, and stand in FILE while they are wanted.
    if [ -e "$kept/$alias" ] || jq -e --arg alias "$alias" '.buckets | any(.bucket == $alias)' "$wanted" >/dev/null; then continue 2; fi
    ! grep -qsxF "$alias" "$made" || of_ours=$alias
  done
  [ -n "$of_ours" ] || continue
  echo "deleting bucket $of_ours, whose data was purged"
  echo '{"name":"purge"}' | call POST /v2/CreateKey >"$work/key"
  key=$(jq -er .accessKeyId "$work/key")
  jq -er '"user = \"\(.accessKeyId):\(.secretAccessKey)\""' "$work/key" >"$work/curl"
  jq -n --arg bucket "$id" --arg key "$key" \
    '{bucketId: $bucket, accessKeyId: $key, permissions: {read: true, write: true, owner: true}}' |
    call POST /v2/AllowBucketKey >/dev/null
  while :; do
    s3 GET "/$of_ours?list-type=2&encoding-type=url" >"$work/list"
    grep -o '<Key>[^<]*</Key>' "$work/list" | sed 's#<Key>\(.*\)</Key>#\1#; s#+#%20#g' >"$work/keys" || break
    while read -r object; do s3 DELETE "/$of_ours/$object" >/dev/null; done <"$work/keys"
  done
  call POST "/v2/DeleteBucket?id=$id" </dev/null >/dev/null
  call POST "/v2/DeleteKey?id=$key" </dev/null >/dev/null
done

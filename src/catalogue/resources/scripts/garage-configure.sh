#!/bin/sh
# Brings Garage to what a file says, by its admin API (version 2): layout, buckets, keys, aliases, website, CORS, quotas.
#   garage-configure.sh FILE MADE
# FILE: JSON, {"admin": URL, "zone": …, "capacity": BYTES, "tags": […],
#              "buckets": [{"bucket": …, "host": null | …, "quota": null | BYTES, "cors": BOOL}]}
# MADE: a file that notes the buckets of ours, a name a line. Whatever else is in Garage is somebody's, and stays.
# Credentials: admin-header (an HTTP header line with the token), BUCKET-id and BUCKET-key of each bucket's access key.
set -eu
wanted=$1 made=$2
admin=$(jq -er .admin "$wanted")

# Calls the API: METHOD PATH, the body from standard input. Prints the answer; fails with Garage's own words.
call() {
  code=$(curl --silent --show-error --max-time 60 --retry 60 --retry-connrefused --retry-delay 1 \
    --request "$1" --header "@$CREDENTIALS_DIRECTORY/admin-header" --header 'Content-Type: application/json' \
    --data-binary @- --output "$work/answer" --write-out '%{http_code}' "$admin$2")
  case $code in
    2*) cat "$work/answer" ;;
    404) return 4 ;;
    *)
      echo "garage answered $code to $1 $2: $(head -c 500 "$work/answer")" >&2
      exit 1
      ;;
  esac
}
get() { call GET "$1" </dev/null; }
deny() { # BUCKET-ID KEY-ID
  jq -n --arg bucket "$1" --arg key "$2" \
    '{bucketId: $bucket, accessKeyId: $key, permissions: {read: true, write: true, owner: true}}' |
    call POST /v2/DenyBucketKey >/dev/null
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A node without a role keeps nothing: the layout comes first.
get /v2/GetClusterStatus >"$work/status"
if jq -e '[.nodes[] | select(.role != null)] | length == 0' "$work/status" >/dev/null; then
  jq -n --slurpfile status "$work/status" --slurpfile wanted "$wanted" \
    '{roles: [{id: $status[0].nodes[0].id, zone: $wanted[0].zone, capacity: $wanted[0].capacity, tags: $wanted[0].tags}]}' |
    call POST /v2/UpdateClusterLayout >/dev/null
  jq '{version: (.layoutVersion + 1)}' "$work/status" | call POST /v2/ApplyClusterLayout >/dev/null
  echo "the layout has its first version"
fi

get /v2/ListBuckets >"$work/all"
jq -r '.[].id' "$work/all" >"$work/ids"
touch "$made"

# Before anything is claimed: names on the web that buckets of ours had and are to have no more, since another bucket may
# want them; and buckets of ours that nobody wants any more are kept, out of reach: no website, and no key opens them.
while read -r bucket_id; do
  get "/v2/GetBucketInfo?id=$bucket_id" >"$work/bucket"
  bucket=$(jq -r '.globalAliases[]' "$work/bucket" | grep -m 1 -xF -f "$made") || continue
  jq --arg bucket "$bucket" --slurpfile wanted "$wanted" -r \
    '.globalAliases - [$bucket] - [$wanted[0].buckets[] | select(.bucket == $bucket) | .host] | .[]' "$work/bucket" >"$work/names"
  while read -r name; do
    jq -n --arg bucket "$bucket_id" --arg alias "$name" '{bucketId: $bucket, globalAlias: $alias}' |
      call POST /v2/RemoveBucketAlias >/dev/null
    echo "bucket $bucket is not $name any more"
  done <"$work/names"
  if jq -e --arg bucket "$bucket" '.buckets | any(.bucket == $bucket)' "$wanted" >/dev/null; then continue; fi
  jq -n '{websiteAccess: {enabled: false}}' | call POST "/v2/UpdateBucket?id=$bucket_id" >/dev/null
  jq -r '.keys[] | select(.permissions.read or .permissions.write or .permissions.owner) | .accessKeyId' "$work/bucket" >"$work/keys"
  while read -r key; do
    deny "$bucket_id" "$key"
    echo "bucket $bucket is kept; its key opens it no more"
  done <"$work/keys"
done <"$work/ids"

jq -c '.buckets[]' "$wanted" >"$work/buckets"
while read -r entry; do
  bucket=$(printf '%s' "$entry" | jq -r .bucket)
  id=$(cat "$CREDENTIALS_DIRECTORY/$bucket-id")
  if get "/v2/GetKeyInfo?id=$id&showSecretKey=true" >"$work/key"; then
    # Garage cannot give a key another secret.
    if ! jq -e --rawfile secret "$CREDENTIALS_DIRECTORY/$bucket-key" '.secretAccessKey == $secret' "$work/key" >/dev/null; then
      echo "the secret of the key of bucket $bucket was changed alone, which Garage cannot do: rotate its id together with it" >&2
      exit 1
    fi
  else
    jq -n --rawfile id "$CREDENTIALS_DIRECTORY/$bucket-id" --rawfile secret "$CREDENTIALS_DIRECTORY/$bucket-key" --arg name "$bucket" \
      '{accessKeyId: $id, secretAccessKey: $secret, name: $name}' | call POST /v2/ImportKey >/dev/null
    echo "key of $bucket imported"
  fi
  get "/v2/GetBucketInfo?globalAlias=$bucket" >"$work/bucket" || {
    jq -n --arg alias "$bucket" '{globalAlias: $alias}' | call POST /v2/CreateBucket >"$work/bucket"
    echo "bucket $bucket made"
    # Remembered, so that only buckets of ours are ever deleted.
    echo "$bucket" >>"$made"
  }
  # Made by the machine that was the cluster's entry before, which remembers it no more.
  if ! grep -qxF -e "$bucket" "$made" &&
    jq -e --arg id "$id" '.keys | any(.accessKeyId == $id and .permissions.owner)' "$work/bucket" >/dev/null; then
    echo "$bucket" >>"$made"
  fi
  bucket_id=$(jq -er .id "$work/bucket")
  jq -n --arg bucket "$bucket_id" --rawfile id "$CREDENTIALS_DIRECTORY/$bucket-id" \
    '{bucketId: $bucket, accessKeyId: $id, permissions: {read: true, write: true, owner: true}}' |
    call POST /v2/AllowBucketKey >/dev/null
  # Those that were in its place before they were rotated: a key of ours has the name of the bucket that it was made for.
  jq --arg id "$id" --slurpfile wanted "$wanted" -r \
    '.keys[] | select(.accessKeyId != $id and (.permissions.read or .permissions.write or .permissions.owner)) | select(.name as $name | $wanted[0].buckets | any(.bucket == $name)) | .accessKeyId' "$work/bucket" >"$work/keys"
  while read -r key; do
    deny "$bucket_id" "$key"
    echo "the former key of bucket $bucket opens it no more"
  done <"$work/keys"
  host=$(printf '%s' "$entry" | jq -r '.host // ""')
  if [ -n "$host" ] && ! jq -e --arg host "$host" '.globalAliases | index($host)' "$work/bucket" >/dev/null; then
    jq -n --arg bucket "$bucket_id" --arg alias "$host" '{bucketId: $bucket, globalAlias: $alias}' |
      call POST /v2/AddBucketAlias >/dev/null
  fi
  printf '%s' "$entry" | jq '{
    websiteAccess: (if .host then {enabled: true, indexDocument: "index.html", errorDocument: null} else {enabled: false} end),
    quotas: {maxSize: .quota, maxObjects: null},
    corsRules: (if .cors then [{AllowedOrigin: ["*"], AllowedMethod: ["GET", "HEAD"], AllowedHeader: ["*"], ExposeHeader: ["ETag", "Content-Length", "Content-Range"], MaxAgeSeconds: 3600}] else [] end)
  }' | call POST "/v2/UpdateBucket?id=$bucket_id" >/dev/null
done <"$work/buckets"

#!/bin/sh
# Brings Garage to what a file says, by its admin API (version 2): layout, buckets, keys, aliases, website, CORS, quotas.
#   garage-configure.sh FILE MADE   MADE: a file that notes the buckets of ours; FILE: JSON, {"admin": URL, "zone": …, "capacity": BYTES, "tags": […], "buckets": [{"bucket": …,
#                              "host": null | …, "quota": null | BYTES, "cors": BOOL}]}
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

jq -c '.buckets[]' "$wanted" >"$work/buckets"
while read -r entry; do
  bucket=$(printf '%s' "$entry" | jq -r .bucket)
  id=$(cat "$CREDENTIALS_DIRECTORY/$bucket-id")
  get "/v2/GetKeyInfo?id=$id" >"$work/key" || {
    jq -n --rawfile id "$CREDENTIALS_DIRECTORY/$bucket-id" --rawfile secret "$CREDENTIALS_DIRECTORY/$bucket-key" --arg name "$bucket" \
      '{accessKeyId: $id, secretAccessKey: $secret, name: $name}' | call POST /v2/ImportKey >/dev/null
    echo "key of $bucket imported"
  }
  get "/v2/GetBucketInfo?globalAlias=$bucket" >"$work/bucket" || {
    jq -n --arg alias "$bucket" '{globalAlias: $alias}' | call POST /v2/CreateBucket >"$work/bucket"
    echo "bucket $bucket made"
    # Remembered, so that only buckets of ours are ever deleted.
    echo "$bucket" >>"$made"
  }
  bucket_id=$(jq -er .id "$work/bucket")
  jq -n --arg bucket "$bucket_id" --rawfile id "$CREDENTIALS_DIRECTORY/$bucket-id" \
    '{bucketId: $bucket, accessKeyId: $id, permissions: {read: true, write: true, owner: true}}' |
    call POST /v2/AllowBucketKey >/dev/null
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

# Buckets of ours that nobody wants any more are kept, out of reach: no website, and their keys open nothing.
get /v2/ListBuckets >"$work/all"
jq -r '.[] | [.id, .globalAliases[0] // ""] | @tsv' "$work/all" | while read -r bucket_id alias; do
  if jq -e --arg alias "$alias" '.buckets | any(.bucket == $alias or .host == $alias)' "$wanted" >/dev/null; then continue; fi
  get "/v2/GetBucketInfo?id=$bucket_id" >"$work/bucket"
  if jq -e --slurpfile wanted "$wanted" '.globalAliases | any(. as $one | $wanted[0].buckets | any(.bucket == $one))' "$work/bucket" >/dev/null; then continue; fi
  jq -n '{websiteAccess: {enabled: false}}' | call POST "/v2/UpdateBucket?id=$bucket_id" >/dev/null
  jq -r '.keys[] | select(.permissions.read or .permissions.write or .permissions.owner) | .accessKeyId' "$work/bucket" |
    while read -r key; do
      jq -n --arg bucket "$bucket_id" --arg key "$key" \
        '{bucketId: $bucket, accessKeyId: $key, permissions: {read: true, write: true, owner: true}}' |
        call POST /v2/DenyBucketKey >/dev/null
      echo "bucket $alias is kept; its key opens it no more"
    done
done

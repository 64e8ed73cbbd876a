#!/bin/sh
# After an upgrade: runs the scripts that the releases after the version before bring, up to this one, in their order. A
# new instance needs none. Runs in PeerTube's own image, beside the server: docs.joinpeertube.org, Install with Docker.
#   release-scripts.sh VERSION RECORD FOLDER PING   RECORD: the last upgrade, FROM TO and more, where there was one;
#                                                   FOLDER: PeerTube's own; PING: what answers once it serves
set -eu
version=$1 record=$2 folder=$3 ping=$4
[ -e "$record" ] || exit 0
read -r from to _ <"$record"
[ "$to" = "$version" ] || exit 0

# They want the schema of this version, and PeerTube listens once it has migrated to it, which may take long. What listens
# and does not serve soon is broken: whoever waits for this goes back then.
node -e '(async () => {
  const begun = performance.now();
  let broken;
  for (;;) {
    const found = await fetch(process.argv[1], { signal: AbortSignal.timeout(5000) })
      .then((answer) => answer.status, (error) => error.cause?.code);
    if (found === 200) process.exit(0);
    const now = performance.now();
    broken = found === "ECONNREFUSED" ? undefined : (broken ?? now);
    if (now - begun > 600_000 || now - (broken ?? now) > 30_000) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  console.error("PeerTube does not " + (broken === undefined ? "answer" : "serve") + ", so its release scripts cannot be run");
  process.exit(1);
})()' "$ping"

newest() { printf '%s\n' "$@" | sort -V | tail -n 1; }
cd "$folder"
for script in $(ls dist/scripts/migrations | sed -n 's/^peertube-\([0-9][0-9.]*\)\.js$/\1/p' | sort -V); do
  # 8.3 stands for 8.3.0, and comes before it in this order.
  if [ "$(newest "$script" "$from")" = "$from" ] || [ "$(newest "$script" "$version")" != "$version" ]; then continue; fi
  echo "running the script of release $script"
  node "dist/scripts/migrations/peertube-$script.js"
done

#!/bin/sh
# Before an application of another version meets its database: dumps it on the way forward, puts the dump back on the way
# back from an upgrade that was never confirmed, and refuses to go back from one that was.
#   upgrade.sh FOLDER VERSION FINAL DATABASE HOST PORT USER [SCHEMA]…   the password is the credential `password`
# FINAL: a file with what cannot change once the application has begun, a line each: OPTION VALUE
# SCHEMA: one that the application has besides `public`.
#
# In FOLDER: `version`, which the database belongs to; `final-OPTION`, with what it began; `upgrade`, the last one: FROM TO
# GENERATION ID, the number of the machine's generation and the identity of what is in it; `before-VERSION.dump`;
# `done-VERSION-STEP`, made by steps that need not be done again; `restore.sql` and `restore.list` while a dump is put back.
set -eu
folder=$1 version=$2 final=$3 database=$4
export PGHOST=$5 PGPORT=$6 PGUSER=$7 PGDATABASE=$4 PGPASSFILE="$RUNTIME_DIRECTORY/pgpass"
shift 7
base=/var/lib/fediversity

notice() {
  echo "$*"
  # Shown to whoever deploys when the machine goes back.
  echo "$*" >>"$base/notices"
}

write() {
  cat >"$1.new"
  sync "$1.new"
  mv -T "$1.new" "$1"
}

connect() {
  # libpq, chapter 34.16: colons and backslashes of the password are escaped.
  { printf '*:*:*:*:' && sed 's/[\\:]/\\&/g' "$CREDENTIALS_DIRECTORY/password"; } >"$PGPASSFILE"
  until pg_isready --quiet --timeout=5; do sleep 0.2; done
}
# Whether a generation is known never to have been confirmed. Old ones are forgotten, and numbers begin anew where all was
# removed: about what is not there any more nobody knows.
was_given_up() { # generation id
  [ ! -e "$base/generations/$1/activated" ] && [ "$(cat "$base/generations/$1/id" 2>/dev/null)" = "$2" ] && [ "$(cat "$base/generations/$1/verdict" 2>/dev/null)" != confirmed ]
}
umask 077

while read -r option value; do
  before=$(cat "$folder/final-$option" 2>/dev/null || echo "$value")
  if [ "$before" != "$value" ]; then
    echo "It began with $before, and the configuration wants $value: the option $option is final, since others know all accounts by it." >&2
    echo "Set it back; or, where nobody uses it yet, switch the application off, purge what is kept of this deployment, and switch it on again." >&2
    exit 1
  fi
  [ -e "$folder/final-$option" ] || echo "$value" | write "$folder/final-$option"
done <"$final"

installed=$(cat "$folder/version" 2>/dev/null || :)
[ "$installed" != "$version" ] || exit 0
if [ -z "$installed" ]; then
  echo "$version" | write "$folder/version"
  exit 0
fi

from='' to='' generation='' id=''
[ ! -e "$folder/upgrade" ] || read -r from to generation id <"$folder/upgrade"
if [ "$from $to" = "$version $installed" ]; then
  if ! was_given_up "$generation" "$id"; then
    echo "The upgrade from $version to $installed was confirmed, and what was written since then is only in the new database: it does not go back by itself." >&2
    echo "The dump from before is $folder/before-$installed.dump; to put it back is for somebody who knows what is lost by it." >&2
    exit 1
  fi
  connect
  dump=$folder/before-$installed.dump
  pg_restore --list "$dump" >"$folder/restore.list"
  # What is made below is not made again.
  sed -i '/ SCHEMA - public /d; / COMMENT - SCHEMA public /d' "$folder/restore.list"
  # The whole of it before anything is dropped: whoever reads from a pipe does not see that its writer failed.
  pg_restore --no-owner --no-privileges --use-list="$folder/restore.list" --file="$folder/restore.sql" "$dump"
  {
    # As PostgreSQL makes it: postgresql.org, documentation, 5.10.2.
    echo 'DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC;'
    echo "COMMENT ON SCHEMA public IS 'standard public schema';"
    # The dump makes them again.
    for schema; do echo "DROP SCHEMA IF EXISTS $schema CASCADE;"; done
  } | psql --no-psqlrc --quiet --single-transaction --set=ON_ERROR_STOP=1 --file=- --file="$folder/restore.sql" >/dev/null
  rm "$folder/restore.list" "$folder/restore.sql"
  echo "$version" | write "$folder/version"
  rm -f "$folder/upgrade"
  rm -f "$folder"/done-"$installed"-*
  notice "Database $database is back to what it was before the upgrade from $version to $installed."
  exit 0
fi

# A hyphen leads to what comes before a release: semver.org, 9; Debian writes a tilde: deb-version(7).
if dpkg --compare-versions "$(echo "$version" | tr - '~')" lt "$(echo "$installed" | tr - '~')"; then
  echo "The database belongs to version $installed, and the configuration wants $version, which is older and cannot read it." >&2
  exit 1
fi
connect
for schema; do
  set -- "$@" "--schema=$schema"
  shift
done
# With the schemas named, extensions have to be named as well: pg_dump(1). They go with the schema that they are in.
extensions=$(psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 \
  --command="SELECT extname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE nspname <> 'pg_catalog'")
for extension in $extensions; do set -- "$@" "--extension=\"$extension\""; done
pg_dump --format=custom --schema=public "$@" --file="$folder/before-$version.dump.new"
sync "$folder/before-$version.dump.new"
mv -T "$folder/before-$version.dump.new" "$folder/before-$version.dump"
echo "$installed $version $(cat "$base/current/number") $(cat "$base/current/id")" | write "$folder/upgrade"
# The application's own user may see which upgrade it was; dumps are for root.
chmod 0644 "$folder/upgrade"
rm -f "$folder"/done-"$version"-*
echo "$version" | write "$folder/version"
# One way back is enough; older dumps only fill the disk.
for dump in "$folder"/before-*.dump; do
  [ "$dump" = "$folder/before-$version.dump" ] || rm -f "$dump"
done
echo "Database $database is dumped to $folder/before-$version.dump before the upgrade from $installed to $version."

#!/bin/sh
# Makes the databases and roles of a list, and takes the login from roles that are in it no more.
#   postgresql-databases.sh LIST     lines: DATABASE EXTENSION,EXTENSION…|-
#   postgresql-databases.sh LIST KEPT-FOLDER   drops databases of ours that are neither in LIST nor in KEPT-FOLDER
#
# Each database belongs to a role that cannot log in, DATABASE_owner; the login is another role, DATABASE, that acts as
# the owner. So a login can go at any time and leaves nothing behind, and what it made stays with the database.
# Passwords come as credentials named after the database: systemd.exec(5).
set -eu
list=$1
export PGHOST=/run/postgresql-server PGDATABASE=postgres PGOPTIONS='-c client_min_messages=warning'
sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"; }

# Roles of ours carry this comment.
ours="shobj_description(oid, 'pg_authid') = 'fediversity'"

drop_purged() { # KEPT-FOLDER
  # Not in the pipe itself, where nobody would see that it failed.
  owners=$(sql --command="SELECT substr(rolname, 1, length(rolname) - 6) FROM pg_roles WHERE $ours AND rolname LIKE '%\\_owner'")
  printf '%s\n' "$owners" | while read -r database; do
    [ -n "$database" ] || continue
    if grep -q "^$database " "$list" || [ -e "$1/$database" ]; then continue; fi
    echo "dropping database $database, whose data was purged"
    sql --set=database="$database" --set=owner="${database}_owner" <<'SQL'
DROP DATABASE IF EXISTS :"database" WITH (FORCE);
DROP ROLE IF EXISTS :"owner";
SQL
  done
}

if [ "$#" = 2 ]; then
  # Again when more was purged meanwhile: systemd sees no change of a path while its unit runs.
  while :; do
    before=$(stat --format=%y "$2")
    drop_purged "$2"
    [ "$(stat --format=%y "$2")" != "$before" ] || exit 0
  done
fi

while read -r database extensions; do
  # The password is read by psql itself, so that no process list shows it; nor does the server's log.
  PASSWORD_OF=$database sql --set=database="$database" --set=owner="${database}_owner" <<'SQL'
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
\set password `cat "$CREDENTIALS_DIRECTORY/$PASSWORD_OF"`
SELECT format('CREATE ROLE %I NOLOGIN', :'owner') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
SELECT format('CREATE ROLE %I', :'database') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'database') \gexec
COMMENT ON ROLE :"owner" IS 'fediversity';
COMMENT ON ROLE :"database" IS 'fediversity';
ALTER ROLE :"database" LOGIN PASSWORD :'password';
GRANT :"owner" TO :"database";
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE ''C.UTF-8'' LC_CTYPE ''C.UTF-8''', :'database', :'owner')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
ALTER ROLE :"database" IN DATABASE :"database" SET role TO :"owner";
SQL
  [ "$extensions" = - ] || echo "$extensions" | tr , '\n' | while read -r extension; do
    PGDATABASE=$database sql --set=extension="$extension" <<'SQL'
CREATE EXTENSION IF NOT EXISTS :"extension";
SQL
  done
done <"$list"

logins=$(sql --command="SELECT rolname FROM pg_roles WHERE rolcanlogin AND $ours")
printf '%s\n' "$logins" | while read -r role; do
  [ -n "$role" ] || continue
  if grep -q "^$role " "$list"; then continue; fi
  echo "removing the login $role; its database is kept"
  sql --set=role="$role" <<'SQL'
ALTER ROLE :"role" NOLOGIN;
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = :'role' \g /dev/null
SQL
  PGDATABASE=$role sql --set=role="$role" --set=owner="${role}_owner" <<'SQL'
REASSIGN OWNED BY :"role" TO :"owner";
DROP OWNED BY :"role";
DROP ROLE :"role";
SQL
done

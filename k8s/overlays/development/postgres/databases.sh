#!/bin/sh
# Makes a role and a database for each service. PostgreSQL's image runs it once, on an empty disk.
set -eu
for service in auth tickets orders expiration payments; do
    variable="$(echo "$service" | tr a-z A-Z)_DATABASE_PASSWORD"
    psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 --set role="$service" \
        --set database="ticketing_$service" --set password="$(printenv "$variable")" <<'SQL'
create role :"role" login password :'password';
create database :"database" owner :"role";
revoke all on database :"database" from public;
SQL
done

#!/bin/sh
# Creates a role and a database for each service, that is, for each variable <SERVICE>_DATABASE_PASSWORD. PostgreSQL's image
# runs this once, on an empty disk.
set -eu
for variable in $(env | sed -n 's/^\([A-Z]*_DATABASE_PASSWORD\)=.*/\1/p'); do
    service="$(echo "${variable%_DATABASE_PASSWORD}" | tr A-Z a-z)"
    psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 --set role="$service" \
        --set database="ticketing_$service" --set password="$(printenv "$variable")" <<'SQL'
create role :"role" login password :'password';
create database :"database" owner :"role";
revoke all on database :"database" from public;
SQL
done

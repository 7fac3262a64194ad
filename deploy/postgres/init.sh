#!/bin/sh
# Runs once, on an empty volume: the gateways' login owns its database and is no superuser.
set -eu
psql --set=ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres \
  --set=password="$(cat /run/secrets/database_password)" << 'END'
create role voiceassist login password :'password';
create role voiceassist_gateway_voiceassist nologin;
grant voiceassist_gateway_voiceassist to voiceassist;
create database voiceassist owner voiceassist;
\connect voiceassist
create extension vector;
END

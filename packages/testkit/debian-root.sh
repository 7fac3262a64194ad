#!/bin/sh
# Makes a folder of Debian with the services that tests need, once a machine.
# usage: debian-root.sh FOLDER; prints progress to standard error. Needs root, Debian and the network.
set -eu
folder=$1
mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
[ -d "$folder" ] && exit 0

if ! command -v debootstrap >/dev/null; then
  echo 'services: installing debootstrap' >&2
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq debootstrap >&2
fi
echo "services: making $folder from Debian packages, once a machine (about a minute)" >&2
log=$folder.log
rm -rf "$folder.part"
include=postgresql-17,postgresql-17-pgvector,postgresql-17-hypopg,valkey-server,redis-server,pgbouncer,prometheus
if ! debootstrap --variant=minbase --include="$include" trixie "$folder.part" http://deb.debian.org/debian >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  rm -rf "$folder.part"
  exit 1
fi
rm -rf "$folder.part"/var/cache/apt/archives/*.deb "$folder.part"/var/lib/apt/lists/*
mv "$folder.part" "$folder"

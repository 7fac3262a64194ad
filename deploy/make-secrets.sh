#!/bin/sh
# Makes every secret of compose.yaml once, into deploy/secrets; what is there already stays as it is.
set -eu
folder=${1:-"$(dirname "$0")/secrets"}
umask 077
mkdir -p "$folder"

random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# Readable within the folder, which only its owner can enter: containers mount single files as users of their own.
keep() {
  if [ ! -e "$folder/$1" ]; then
    cat > "$folder/$1.new"
    chmod 444 "$folder/$1.new"
    mv "$folder/$1.new" "$folder/$1"
  fi
}

random | keep postgres_password
random | keep database_password
random | keep valkey_password
random | keep metrics_token
random | keep grafana_password
printf 'requirepass %s\n' "$(cat "$folder/valkey_password")" | keep valkey.conf
keep gateway.env << END
# The gateways' variables that are secret, and whatever else docs/configuration.md has for them.
DATABASE_URL=postgres://voiceassist:$(cat "$folder/database_password")@postgres:5432/voiceassist
REDIS_URL=redis://:$(cat "$folder/valkey_password")@valkey:6379
TOKEN_SECRET=$(random)
AUDIT_HMAC_KEY=$(random)
TENANT_KEY=$(random)
CACHE_ENCRYPTION_KEYS=1:$(head -c 32 /dev/urandom | base64)
METRICS_TOKEN=$(cat "$folder/metrics_token")
END

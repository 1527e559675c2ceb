#!/usr/bin/env bash
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Make the cluster at the first start, then become the server.
#
#   POSTGRES_PASSWORD_FILE  file with the app's password (or POSTGRES_PASSWORD with the password itself)
#   POSTGRES_USER           the app's login, default "app"
#   POSTGRES_DB             the app's database, default POSTGRES_USER
#   PGDATA                  where the cluster lies, a folder inside the volume
#
# The names are those of the official image. Other than there, POSTGRES_USER owns its database and
# nothing else: the superuser is "postgres", without a password, and only `podman exec` gets to it.
set -euo pipefail

fail() {
    echo "entrypoint: $*" >&2
    exit 1
}

read_settings() {
    user=${POSTGRES_USER:-app} password=${POSTGRES_PASSWORD:-}
    database=${POSTGRES_DB:-$user}
    if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
        [ -r "$POSTGRES_PASSWORD_FILE" ] ||
            fail "POSTGRES_PASSWORD_FILE: $(id -un) cannot read $POSTGRES_PASSWORD_FILE; give the secret uid $(id -u) and mode 0400."
        password=$(<"$POSTGRES_PASSWORD_FILE")
    fi
    [ -n "$password" ] || fail "POSTGRES_PASSWORD_FILE: missing; name the file that holds the password of $user."
    [[ $password != *$'\n'* ]] || fail "POSTGRES_PASSWORD_FILE: has more than one line; the password is one line."
    [[ $user =~ ^[a-z_][a-z0-9_]*$ && $database =~ ^[a-z_][a-z0-9_]*$ ]] ||
        fail "POSTGRES_USER, POSTGRES_DB: '$user', '$database' found; small letters, digits and _ are allowed."
}

# SQL from stdin, in a server of one process which no port or socket leads to: nothing secret in an argv or a log.
single() {
    postgres --single -D "$1" -c exit_on_error=on -c log_min_error_statement=panic \
        -c log_min_messages=error -c dynamic_shared_memory_type=$memory postgres >/dev/null
}

make_cluster() {
    local new=$PGDATA.new
    # A first start that was cut short left only the folder .new: begin again.
    rm -rf "$new"
    initdb -D "$new" --username=postgres --auth-local=peer --auth-host=scram-sha-256 \
        --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --no-sync >/dev/null
    echo "host all all all scram-sha-256" >>"$new/pg_hba.conf"
    echo "listen_addresses = '*'" >>"$new/postgresql.conf"
    printf '%s\n' "CREATE ROLE \"$user\" LOGIN" "CREATE DATABASE \"$database\" OWNER \"$user\"" | single "$new"
    sync
    mv "$new" "$PGDATA"
    sync
    echo "entrypoint: made a new cluster in $PGDATA with database $database of $user"
}

if [ "${1#-}" != "$1" ]; then
    set -- postgres "$@"
fi
if [ "$1" = postgres ]; then
    umask 077
    read_settings
    # A read-only root makes /dev/shm read-only as well, unless it is given a tmpfs.
    memory=sysv
    [ ! -w /dev/shm ] || memory=posix
    [ -s "$PGDATA/PG_VERSION" ] || make_cluster
    # At every start, so that a new secret is all that a new password takes.
    single "$PGDATA" <<<"ALTER ROLE \"$user\" PASSWORD '${password//\'/\'\'}'"
    unset POSTGRES_PASSWORD password
    shift
    set -- postgres -c dynamic_shared_memory_type=$memory "$@"
fi
exec "$@"

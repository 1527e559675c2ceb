#!/bin/sh
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs in the container of the proxy. `run` starts Caddy with the configuration that proved itself last; `apply NAME` reads a new one from
# stdin, which takes the old one's place only when Caddy has taken it up.
#
# Each configuration listens in a folder of its own below /run/front. Where the front sends connections is links there: they move to the new
# folder at once, and what listens in the old one goes on for a while (shutdown_delay), with nothing new coming.
set -eu
umask 077
admin=unix//run/proxy/admin.sock
front=/run/front

# A configuration, from stdin, with the folder $1 in the place that it leaves for it.
placed() { sed "s|unix/$front/slot/|unix/$front/$1/|g"; }

# Send what comes from now on to the folder $1. A link takes another one's place by a rename, so there is always one.
lead() {
    for name in http https; do
        ln -s "$1/$name" "$front/$1/to-$name"
        mv -f "$front/$1/to-$name" "$front/$name"
    done
}

case "$1" in
run)
    # A run that was killed, or a host without power, leaves its sockets behind.
    rm -rf "${front:?}"/* /config/proxy.json.*
    slot=$(mktemp -d "$front/XXXXXX")
    slot=${slot##*/}
    if grep -q "unix/$front/slot/" /config/proxy.json 2> /dev/null; then
        placed "$slot" < /config/proxy.json > /run/proxy/proxy.json
    else
        # The first run, or what a proxy without a front had.
        rm -f /config/applied-*
        printf '{"admin": {"listen": "%s", "config": {"persist": false}}}\n' "$admin" > /run/proxy/proxy.json
    fi
    caddy='' ended=0 ending=''
    # From then on new connections wait in the front for the next run. Those that are there are answered.
    trap 'ending=yes; rm -f "$front/http" "$front/https"; trap "" TERM; kill -TERM $caddy || true' TERM
    caddy run --config /run/proxy/proxy.json &
    caddy=$!
    # Caddy listens before it has its certificates. It answers this, which changes nothing, when it has them.
    until caddy reload --address "$admin" --config /run/proxy/proxy.json 2> /dev/null || ! kill -0 "$caddy" 2> /dev/null; do
        sleep 0.1
    done
    [ -n "$ending" ] || lead "$slot"
    : > /run/proxy/started
    wait "$caddy" || ended=$?
    # The trap ends the first wait, not Caddy.
    if kill -0 "$caddy" 2> /dev/null; then
        ended=0
        wait "$caddy" || ended=$?
    fi
    rm -f "$front/http" "$front/https"
    exit "$ended"
    ;;
apply)
    # Once Caddy has begun, this has to go on to its end, whoever hangs up.
    trap '' HUP INT TERM
    until [ -e /run/proxy/started ]; do
        sleep 0.05
    done
    slot=$(mktemp -d "$front/XXXXXX")
    slot=${slot##*/}
    cat > "/config/proxy.json.$slot"
    placed "$slot" < "/config/proxy.json.$slot" > "/run/proxy/$slot.json"
    {
        ended=0
        caddy reload --address "$admin" --config "/run/proxy/$slot.json" 2> "/run/proxy/$slot.told" || ended=$?
        echo "$ended" > "/run/proxy/$slot.part"
        mv "/run/proxy/$slot.part" "/run/proxy/$slot.ended"
    } &
    until [ -S "$front/$slot/http" ] && [ -S "$front/$slot/https" ] || [ -e "/run/proxy/$slot.ended" ]; do
        sleep 0.05
    done
    old=$(readlink "$front/http")
    old=${old%/*}
    if [ -S "$front/$slot/https" ]; then
        lead "$slot"
    fi
    # Caddy comes back when what listens in the old folder has ended.
    wait
    ended=$(cat "/run/proxy/$slot.ended")
    if [ "$ended" = 0 ]; then
        mv "/config/proxy.json.$slot" /config/proxy.json
        rm -f /config/applied-*
        : > "/config/applied-$2"
        rm -rf "${front:?}/$old"
    else
        lead "$old"
        tail -n 3 "/run/proxy/$slot.told" >&2
        rm -rf "/config/proxy.json.$slot" "${front:?}/$slot"
    fi
    rm -f "/run/proxy/$slot".*
    [ "$ended" = 0 ]
    ;;
esac

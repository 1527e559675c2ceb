#!/bin/sh
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs in the container of the proxy. `run` starts Caddy with the configuration that proved itself last; `apply NAME` reads a new one from
# stdin, which takes the old one's place only when Caddy has taken it up.
set -eu
umask 077
admin=unix//run/proxy/admin.sock
case "$1" in
run)
    [ -s /config/proxy.json ] || printf '{"admin": {"listen": "%s", "config": {"persist": false}}}\n' "$admin" > /config/proxy.json
    exec caddy run --config /config/proxy.json
    ;;
apply)
    cat > /config/proxy.new
    if ! caddy reload --address "$admin" --config /config/proxy.new 2> /run/proxy/reload; then
        tail -n 3 /run/proxy/reload >&2
        rm -f /config/proxy.new
        exit 1
    fi
    mv /config/proxy.new /config/proxy.json
    rm -f /config/applied-*
    : > "/config/applied-$2"
    ;;
esac

#!/usr/bin/env bash
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Wait for the database and bring its tables up to date, then become Miniflux.
#
# The containers of a pod start together, and after a power cut PostgreSQL first repairs itself:
# without this Miniflux would end and be started again a dozen times. All settings are Miniflux's own.
set -euo pipefail

PATIENCE=60 # seconds; after them the restart policy decides
trap 'exit 143' TERM INT

until answer=$(miniflux -migrate 2>&1); do
    if ((SECONDS >= PATIENCE)); then
        echo "entrypoint: no database after $PATIENCE s: $answer" >&2
        exit 1
    fi
    sleep 0.3
done
echo "entrypoint: database ready after $SECONDS s"
trap - TERM INT
exec miniflux "$@"

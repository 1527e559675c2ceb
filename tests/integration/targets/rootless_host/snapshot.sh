#!/usr/bin/env bash
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Every file where the role could write: two lists are equal when nothing was written between them.
# The locks of an account's storage are left out: Podman writes them whenever it starts, also to answer a question.
set -euo pipefail
find /etc /usr/bin /usr/local /var/lib/dpkg/info /var/lib/systemd/linger /home -xdev \
  ! -type d ! -path '*/containers/storage/*.lock' -printf '%p %T@ %m %U %s %l\n' | sort

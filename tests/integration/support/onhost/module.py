# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs one module of the staged collection as Ansible's own wrapper does: module.py NAME, arguments on stdin."""

from __future__ import annotations

import runpy
import sys

from ansible.module_utils import basic

basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
basic._ANSIBLE_PROFILE = "legacy"  # how results are written; since ansible-core 2.19
runpy.run_module(
    f"ansible_collections.rootless.podman.plugins.modules.{sys.argv[1]}", run_name="__main__", alter_sys=True
)

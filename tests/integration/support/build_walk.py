# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of a build on real hosts: declared, seen in the image, changed, taken out, and foretold each time."""

from __future__ import annotations

import shlex

from walk.build import CASES, CONTAINERFILE

from ansible_collections.rootless.podman.plugins.module_utils._resources.image import TABLE
from support.prepare import BUSYBOX, prepare

ACCOUNT = "walk-build"
NAME = "localhost/walk:1"


def check(release, testbed):
    """Walk them all on one release."""
    assert list(CASES) == [row.name for row in TABLE.rows]
    host = prepare(testbed.up("it" if release == "trixie" else f"it-{release}", "--release", release))
    host.good("user", name=ACCOUNT)
    try:
        told = walk(host, release)
    finally:
        host.remove_account(ACCOUNT)
    print(
        f"build on Podman {told['version']}: {len(told['walked'])} rows walked, refused as they must be: {told['gated']}"
    )
    assert not told["problems"], "\n".join(told["problems"])


def walk(host, release):
    """All rows; what was walked, what this Podman refuses, and what is wrong."""
    host.run(
        "mkdir -p /srv/walk/one /srv/walk/two; touch /srv/walk/one/first /srv/walk/two/second; echo walk-secret-2 > /srv/walk/tok; chmod -R a+rX /srv/walk"
    )
    host.good("image", user=ACCOUNT, name=BUSYBOX)
    version = host.run_as(ACCOUNT, "podman version --format '{{.Client.Version}}'").strip()
    told = {"version": version, "walked": [], "gated": [], "problems": []}
    for name, case in CASES.items():
        since = TABLE.by_name[name].since
        if since and version < since:
            result = build(host, **{name: case.first})
            told["gated"].append(name)
            if f"build.{name}: this option needs Podman {since}" not in str(result.get("msg")):
                told["problems"].append(f"{name}: not refused: {result}")
            continue
        told["walked"].append(name)
        told["problems"] += [f"{name}: {problem}" for problem in walk_row(host, name, case, release)]
    return told


def walk_row(host, name, case, release):
    """What is wrong with one row, as lines.

    What decides whether a build is due is the same code everywhere, and each call counts: it is foretold, and foretold to be settled, on one
    release.
    """
    whole = release == "trixie"
    host.module("image", user=ACCOUNT, name=NAME, state="absent")
    # What the row says first, then, and at last nothing.
    for options, shown in (
        ({name: case.first}, case.shown[0]),
        ({name: case.second}, case.shown[1]),
        ({}, ""),
    ):
        foretold = build(host, check_mode=True, **options) if whole else {}
        done = build(host, **options)
        if done.get("failed"):
            yield f"{options}: {done['msg']}"
            return
        if not done["changed"] or (whole and foretold.get("plan") != done["plan"]):
            yield f"{options}: foretold {foretold}, done {done['plan']}"
        told = [reason["option"] for step in done["plan"] for reason in step["reasons"]]
        if options.get(name) != case.first and told != [name]:
            yield f"{options}: reasons {told}"
        if "walk-secret" in str([foretold, done]):
            yield f"{options}: the result shows a secret"
        for again in [
            build(host, check_mode=check, **options) for check in ((False, True) if whole else (False,))
        ]:
            if again["changed"]:
                yield f"{options}: not settled: {again['plan']}"
        found = look(host, case.where) if case.where else ""
        wanted = (
            host.run_as(ACCOUNT, "readlink /proc/self/ns/net").strip() if shown == "{host network}" else shown
        )
        if wanted not in found:
            yield f"{options}: {wanted!r} is not in {found!r}"
        if not options and name == "network" and host.run("readlink /proc/self/ns/net").strip() in found:
            yield "without a word the steps run in the host's network"
    if "walk-secret" in host.run_as(ACCOUNT, f"podman history --no-trunc {NAME}; podman inspect {NAME}"):
        yield "the image shows a secret"


def build(host, check_mode=False, **options):
    """One run of the module."""
    return host.module(
        "image", check_mode, user=ACCOUNT, name=NAME, build={"containerfile": CONTAINERFILE, **options}
    )


def look(host, where):
    """What the image shows there."""
    if where.startswith("{{"):
        return host.run_as(ACCOUNT, f"podman image inspect --format {shlex.quote(where)} {NAME}")
    return host.run_as(ACCOUNT, f"podman run --rm --network none {NAME} {where}")

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Podman says, as one sentence for the person who runs the task."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._sentences import (
    SENTENCES,
    explain,
    explain_log,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house

# Podman's own words, as they were seen on hosts with 4.3, 5.4 and 5.8.
SEEN = [
    (
        "rootlessport listen tcp 0.0.0.0:8080: bind: address already in use",
        "publish: host port 8080 is already in use",
    ),
    (
        "pasta failed with exit code 1: Failed to bind port 8080 (Address already in use) for option '-t 8080-8080:80-80'",
        "publish: .*8080.* already in use",
    ),
    (
        "rootlessport cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf",
        "host port 80 is below net.ipv4.ip_unprivileged_port_start",
    ),
    (
        'short-name "nginx" did not resolve to an alias and no unqualified-search registries are defined',
        "write the registry's name too",
    ),
    (
        (
            "initializing source docker://docker.io/library/nope:latest: reading manifest latest in "
            "docker.io/library/nope: requested access to the resource is denied"
        ),
        "the registry has no such image",
    ),
    ("reading manifest nope in quay.io/podman/stable: manifest unknown", "the registry has no such image"),
    (
        "initializing source docker://localhost:5001/x:1: reading manifest 1 in localhost:5001/x: unauthorized: authentication required",
        "without a login .*; log in with rootless.podman.login",
    ),
    (
        "Source image rejected: Running image docker://busybox:1.36 is rejected by policy.",
        r"the signature policy .*policy.json\) rejects it .* take an image that it allows",
    ),
    (
        "Source image rejected: A signature was required, but no signature exists",
        "the signature policy .* rejects it",
    ),
    (
        'invalid policy in "/home/a/.config/containers/policy.json": Unknown policy requirement type "x"',
        "the signature policy /home/a/.config/containers/policy.json cannot be read .* mend that file",
    ),
    (
        'pinging container registry localhost:5000: Get "https://localhost:5000/v2/": http: server gave HTTP response to HTTPS client',
        "tls_verify: the registry localhost:5000 speaks HTTP .* tls_verify: false",
    ),
    (
        'pinging container registry r.example: Get "https://r.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
        "tls_verify: .* registry r.example .*certs.d/r.example/ca.crt",
    ),
    (
        'choosing an image from manifest list docker://multi:1: no image found in image index for architecture "s390x", variant "", OS "linux"',
        "platform: the registry has the image, and none for s390x",
    ),
    (
        "no image found in manifest list for architecture s390x, variant , OS linux",
        "platform: the registry has the image, and none for s390x",
    ),
    (
        "reading manifest 1 in docker.io/a/b: toomanyrequests: You have reached your pull rate limit",
        "wait, or log in",
    ),
    ('parsing reference "docker.io/Up": invalid reference format', "all in lower case"),
    (
        'pinging container registry localhost:5000: Get "https://localhost:5000/v2/": dial tcp [::1]:5000: connect: connection refused',
        "the registry localhost:5000 cannot be reached",
    ),
    (
        'initializing source docker://x.example/a: pinging container registry x.example: Get "https://x.example/v2/": dial tcp: lookup x.example: no such host',
        "the registry x.example cannot be reached",
    ),
    ("img: image not known", "not found on this host .*rootless.podman.image"),
    ('no secret with name or id "pw": no such secret', "make it first with rootless.podman.secret"),
    (
        "unable to find network with name or ID front: network not found",
        "make it first with rootless.podman.network",
    ),
    (
        "writing blob: adding layer with blob: ApplyLayer exit status 1: write /x: no space left on device",
        "out of disk space",
    ),
    (
        "potentially insufficient UIDs or GIDs available in user namespace (requested 20000:20000 for /x)",
        "id ranges are too small .*rootless.podman.subid",
    ),
    ("not enough unused IDs in user namespace", "id ranges are too small"),
    (
        "container abc has dependent containers which must be removed before it: def",
        "declare them in the same pod task",
    ),
    (
        'rootless netns: mount resolv.conf to "/etc/resolv.conf": no such file or directory',
        "podman system migrate",
    ),
    ("statfs /srv/none: no such file or directory", "there is no /srv/none on this host to mount"),
    ('failed to find driver or plugin "overlay"', "driver: this host has no driver or plugin overlay"),
    ("unsupported driver overlay: invalid argument", "driver: this host has no driver or plugin overlay"),
    ("crun: opening file `memory.max` for writing: No such file or directory", "needs a cgroup controller"),
]


@pytest.mark.parametrize(("cause", "says"), SEEN, ids=range(len(SEEN)))
def test_what_was_seen_on_hosts(cause: str, says: str) -> None:
    sentence = explain(cause)
    assert re.search(says, sentence)
    assert not sentence.startswith("Podman refused")


def test_every_row_is_met_by_one_that_was_seen() -> None:
    """A row that nothing meets is one that another row hides, or a guess."""
    hit = set()
    for cause, _says in SEEN:
        hit.add(
            next(
                index
                for index, (pattern, _sentence) in enumerate(SENTENCES)
                if re.search(pattern, cause, re.IGNORECASE)
            )
        )
    unmet = [pattern for index, (pattern, _sentence) in enumerate(SENTENCES) if index not in hit]
    assert len(unmet) <= 4, unmet


@house
@given(st.text(), st.sampled_from(["", "images/pull"]))
def test_whatever_it_says_it_is_one_line(cause: str, path: str) -> None:
    sentence = explain(cause, path)
    assert sentence.startswith("Podman refused")
    assert len(sentence.splitlines()) == 1


@pytest.mark.parametrize("pattern", [pattern for pattern, _sentence in SENTENCES])
def test_braces_in_what_podman_says_are_no_placeholders(pattern: str) -> None:
    """A cause is filled in, never formatted: it is not ours."""
    for cause, _says in SEEN:
        if re.search(pattern, cause, re.IGNORECASE):
            assert (
                "{0.__class__}" in explain(cause + " {0.__class__} {nope}")
                or "{cause}" not in dict(SENTENCES)[pattern]
            )


def test_what_nobody_knows_names_the_request() -> None:
    assert explain("it\n broke", "containers/create?x=1") == "Podman refused containers/create: it broke"
    assert explain("it broke") == "Podman refused: it broke"


@pytest.mark.parametrize(
    ("lines", "begins"),
    [
        (['Error: no secret with name or id "nosuch": no such secret'], "secrets: no secret"),
        (["Error: statfs /no/such: no such file or directory"], "volume: there is no /no/such"),
        (
            [
                "Failed to bind port 80 (Permission denied) for option",
                "Error: pasta failed with exit code 1:",
                "Failed to bind port 80 (Permission denied) for option",
            ],
            "publish: host port 80 is below",
        ),
        # Only the first error counts; what others say of it may be of another kind.
        (["Error: something new", "Error: unable to find network with name or ID x: network not found"], ""),
        (["dial tcp 10.0.0.1: connection refused"], ""),
        ([], ""),
    ],
)
def test_what_the_command_line_logged(lines: list[str], begins: str) -> None:
    told = explain_log(lines)
    assert told.startswith(begins)
    assert bool(told) == bool(begins)

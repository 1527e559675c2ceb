# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Podman's error texts, told as one sentence that names the option and the cure (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Each row: a pattern of Podman's text (4.3 to 5.8), and the sentence; {name} groups are filled in.
# The first row that matches wins, so the particular stand before the general.
SENTENCES: list[tuple[str, str]] = [
    (
        r"no space left on device|disk quota exceeded",
        "the host is out of disk space for this account's images and containers ({cause}); free some, for example with: podman image prune",
    ),
    (
        # rootlessport says "listen tcp 0.0.0.0:80: bind: address ...", pasta "TCP port */80: Address ..."
        r"(?:[:/]|port )(?P<port>\d+)\D*address already in use",
        "publish: host port {port} is already in use on this host by another process or account ({cause}); choose another, or see who has it: ss -ltnp",
    ),
    (
        r"address already in use",
        "publish: a host port is already in use on this host by another process or account ({cause}); see who has it: ss -ltnp",
    ),
    (
        r"(?:cannot expose privileged port |bind port )(?P<port>\d+)(?:, | \(Permission denied)",
        "publish: host port {port} is below net.ipv4.ip_unprivileged_port_start, which a rootless account may not bind; publish a higher port",
    ),
    (
        r"short-name resolution enforced|short-name .* did not resolve|no unqualified-search registries",
        "image: {cause}; write the registry's name too, such as docker.io/library/NAME:TAG",
    ),
    (
        r"invalid policy in \"?(?P<path>[^\"\s]+)",
        "image: the signature policy {path} cannot be read ({cause}); mend that file",
    ),
    (
        r"rejected by policy|image rejected:|signature was required",
        (
            "image: the signature policy of this host or account (policy.json) rejects it ({cause}); take an image that it allows, or allow this one "
            "in the account's ~/.config/containers/policy.json, else in /etc/containers/policy.json"
        ),
    ),
    (
        r"(?:container registry (?P<registry>[^\s:/]+(?::\d+)?).*)?server gave HTTP response to HTTPS client",
        (
            "tls_verify: the registry {registry} speaks HTTP and no HTTPS ({cause}); say tls_verify: false, or insecure = true in the host's "
            "registries.conf"
        ),
    ),
    (
        r"(?:container registry (?P<registry>[^\s:/]+(?::\d+)?).*)?(?:x509:|tls: failed to verify)",
        (
            "tls_verify: this host does not trust the certificate of the registry {registry} ({cause}); put its authority's certificate into "
            "/etc/containers/certs.d/{registry}/ca.crt, or say tls_verify: false"
        ),
    ),
    (
        r"no image found in .* for architecture \"?(?P<arch>[^\",\s]+)",
        "platform: the registry has the image, and none for {arch} ({cause}); choose a platform for which it is made",
    ),
    (
        r"toomanyrequests",
        "image: the registry gives no more images for now without a login ({cause}); wait, or log in with rootless.podman.login",
    ),
    (
        r"(?:manifest unknown|name unknown|repository .* not found)",
        "image: the registry has no such image ({cause}); look for a name and a tag that it has",
    ),
    (
        r"(?:resource is denied|unauthorized|authentication required|invalid username/password|denied:)",
        (
            "image: the registry has no such image or does not allow this without a login ({cause}); log in with rootless.podman.login, "
            "as somebody who may do this"
        ),
    ),
    (
        r"invalid reference format|Invalid image name",
        "image: {cause}; a name such as docker.io/library/nginx:1.27, all in lower case, is needed",
    ),
    (
        r"container registry localhost(?!:\d)",
        "image: it is not on this host, and localhost/ names no registry; build or load it first with rootless.podman.image ({cause})",
    ),
    (
        r"pinging container registry (?P<registry>[^\s:]+(?::\d+)?)|dial tcp|connection refused|no such host|i/o timeout|TLS handshake",
        "image: the registry {registry} cannot be reached from this host ({cause}); look at its name, and at the way out of this host",
    ),
    (
        r"(?:no such image|image not known|unable to find image)",
        "image: not found on this host ({cause}); pull or build it first with rootless.podman.image",
    ),
    (
        r"no such secret|no secret with name or id \"?(?P<secret>[^\"\s]+)",
        "secrets: {cause}; make it first with rootless.podman.secret",
    ),
    (
        r"(?:failed to find driver or plugin|unsupported driver) \"?(?P<driver>[^\"\s:]+)",
        "driver: this host has no driver or plugin {driver} ({cause}); choose bridge, macvlan or ipvlan, or install the plugin for netavark",
    ),
    (
        r"(?:network not found|unable to find network)",
        "network: {cause}; make it first with rootless.podman.network",
    ),
    (r"statfs (?P<path>\S+): no such file or directory", "volume: there is no {path} on this host to mount"),
    (
        r"not enough (?:unused )?IDs|not enough (?:available )?(?:u|g)?ids|potentially insufficient UIDs or GIDs",
        "userns: the account's id ranges are too small for this image ({cause}); at least 65536 are needed: rootless.podman.subid",
    ),
    (
        r"write file .?/proc/\S*/[ug]id_map|(?:write to )?[ug]id_map.*operation not permitted",
        "userns: its Podman began with other id ranges ({cause}); run as the account: podman system migrate (it stops its containers)",
    ),
    (
        r"has dependent containers|dependent containers which must be removed",
        "other containers share this one's namespaces or require it ({cause}); declare them in the same pod task",
    ),
    (
        r"rootless netns",
        "network: the account's rootless network namespace is broken ({cause}); run as the account: podman system migrate (it stops its containers)",
    ),
    (
        r"controller .* is not available|cgroup controller|opening file `?(?P<file>(?:memory|cpu|pids|io)\.\S+)",
        "a resource limit needs a cgroup controller that the account was not given ({cause}); the role rootless.podman.rootless_host delegates it",
    ),
]


# What begins Podman's own words on its command line, and the exit codes that are its own and not the container's: podman-run(1).
ERROR = "Error: "
OF_PODMAN = (125, 126, 127)


def explain(cause: str, path: str = "") -> str:
    """One sentence for Podman's ``cause``; ``path`` is the request it answers, for what no row knows."""
    line = " ".join(cause.split())
    known = _known(line)
    if known:
        return known
    return f"Podman refused {path.split('?', 1)[0]}: {line}" if path else f"Podman refused: {line}"


def explain_log(lines: Sequence[str]) -> str:
    """The same for what Podman's command line logged, one error or several; empty when no row knows the first of them."""
    begins = [number for number, line in enumerate(lines) if line.startswith(ERROR)]
    if not begins:
        return ""
    first = lines[begins[0] : begins[1] if len(begins) > 1 else None]
    return _known(" ".join(" ".join(first)[len(ERROR) :].split()))


def _known(line: str) -> str:
    for pattern, sentence in SENTENCES:
        found = re.search(pattern, line, re.IGNORECASE)
        if found:
            groups = {key: value or "" for key, value in found.groupdict().items()}
            return " ".join(sentence.format(cause=line, **groups).split())
    return ""

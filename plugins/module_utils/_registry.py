# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a registry has, asked without fetching it: Podman is asked first, the registry itself for what Podman does not tell."""

from __future__ import annotations

import dataclasses
import platform as host
import re
from collections.abc import Mapping
from typing import Any

from . import _distribution, _engine, _errors, _image_names, _login, _pull

# Podman's words for an image that is no list: with them comes the manifest, whose configuration is the image's ID.
_CONFIG = re.compile(r'\\"config\\":\s*\{[^{}]*?\\"digest\\":\s*\\"sha256:([0-9a-f]{64})')
_ABSENT = re.compile(r"manifest unknown|name unknown|status 404|not found: ", re.IGNORECASE)
_NOT_TLS = re.compile(r"HTTP response to HTTPS client|x509:|tls: ", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Held:
    """An image in a registry: its ID where that is told, and the digest of its manifest where that is."""

    identity: str = ""
    digest: str = ""

    def same(self, inspect: Mapping[str, Any]) -> bool:
        """Whether an image on the host is this one."""
        digests = {str(inspect.get("Digest"))}
        digests |= {str(each).rpartition("@")[2] for each in inspect.get("RepoDigests") or []}
        return inspect.get("Id") == self.identity if self.identity else self.digest in digests


def ask(
    engine: _engine.Engine,
    reference: _image_names.Reference,
    platform: _image_names.Platform,
    access: _pull.Access,
) -> Held | None:
    """What a registry has under a name for a platform, None for nothing. Raises EngineError."""
    wanted = {**_image_names.native_platform(host.machine()), **platform}
    try:
        told = _podman(engine, reference, access)
    except _errors.EngineError as error:
        found = _CONFIG.search(error.cause)
        if found:
            return Held(found.group(1), reference.digest)
        if _ABSENT.search(error.cause):
            return None
        # Podman before 4.4 insists on TLS when it is asked about a manifest.
        if access.tls_verify is not False or not _NOT_TLS.search(error.cause):
            raise
        return _registry(engine, reference, wanted, access)
    entries = told.get("manifests") if isinstance(told, dict) else None
    if not entries:
        # An image in Docker's format: Podman says no more than that it is there.
        return _registry(engine, reference, wanted, access)
    digest = _chosen(entries, wanted)
    if not digest:
        return None
    if reference.digest == digest:
        return Held("", digest)
    inner = ask(
        engine, _image_names.Reference(reference.host, reference.repository, "", digest), platform, access
    )
    return inner and Held(inner.identity, digest)


def _podman(engine: _engine.Engine, reference: _image_names.Reference, access: _pull.Access) -> Any:
    query = {"tlsVerify": access.tls_verify}
    return engine.get(
        f"manifests/{_engine.name_in_path(reference.text)}/json", query, access.headers(reference.host)
    )


def _registry(
    engine: _engine.Engine,
    reference: _image_names.Reference,
    wanted: _image_names.Platform,
    access: _pull.Access,
) -> Held | None:
    location, insecure = _location(engine, reference)
    login = (access.username, access.password) if access.username else None
    if login is None:
        found = _login.kept(engine.account, reference.place)
        login = (found.username, found.password) if found and found.username else None
    verify = not insecure if access.tls_verify is None else access.tls_verify
    manifest = _distribution.fetch(location, reference.what, login, verify)
    if manifest and manifest.entries:
        digest = _chosen(manifest.entries, wanted)
        manifest = _distribution.fetch(location, digest, login, verify) if digest else None
    return Held(manifest.config, manifest.digest) if manifest else None


def _location(engine: _engine.Engine, reference: _image_names.Reference) -> tuple[str, bool]:
    """Where registries.conf says that a name really is, and whether TLS may be missing there."""
    rules = engine.info.get("registries") or {}
    place = reference.place
    for prefix in sorted((each for each in rules if isinstance(rules[each], dict)), key=len, reverse=True):
        if place == prefix or place.startswith(prefix + "/"):
            rule = rules[prefix]
            return str(rule.get("Location") or prefix) + place[len(prefix) :], bool(rule.get("Insecure"))
    return place, False


def _chosen(entries: Any, wanted: _image_names.Platform) -> str:
    """The digest of a list's entry for a platform, empty without one."""
    for entry in entries if isinstance(entries, list) else []:
        told = entry.get("platform") or {}
        fits = told.get("os") == wanted["OS"] and told.get("architecture") == wanted["Arch"]
        if fits and wanted.get("Variant", told.get("variant")) == told.get("variant"):
            return str(entry.get("digest") or "")
    return ""

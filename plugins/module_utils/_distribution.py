# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry, asked for one manifest over its own interface (the OCI distribution specification)."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import os
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

from . import _errors

ACCEPTED = ", ".join([
    "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
])  # fmt: skip
# A manifest is shorter, says the specification.
LIMIT = 4 * 1024 * 1024
TIMEOUT = 20.0
HUB = "registry-1.docker.io"
CERTIFICATES = ("/etc/containers/certs.d", "/etc/docker/certs.d")
Login = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Manifest:
    """One manifest: its digest, the digest of its configuration (an image's ID), or the entries of a list."""

    digest: str
    config: str = ""
    entries: Any = None


def fetch(location: str, what: str, login: Login | None, verify: bool) -> Manifest | None:
    """The manifest of a tag or digest at REGISTRY/REPOSITORY, None when there is none. Raises EngineError."""
    registry, _slash, repository = location.partition("/")
    if registry == "docker.io":
        registry, repository = HUB, repository if "/" in repository else f"library/{repository}"
    refusal: Exception | None = None
    for scheme in ("https", "http") if not verify else ("https",):
        try:
            return _manifest(
                f"{scheme}://{registry}/v2/{repository}/manifests/{what}", registry, login, verify
            )
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 404:
                return None
            words = "authentication required" if error.code in (401, 403) else f"status {error.code}"
            raise _unasked(registry, words) from error
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            refusal = error
    raise _unasked(registry, " ".join(str(getattr(refusal, "reason", refusal)).split())[:200]) from refusal


def _unasked(registry: str, words: str) -> _errors.EngineError:
    if words == "authentication required":
        return _errors.EngineError(
            f"image: the registry {registry} does not show it without a login that may read it; log in with rootless.podman.login",
            401,
            words,
        )
    return _errors.EngineError(f"image: the registry {registry} cannot be asked ({words})", 0, words)


def _manifest(url: str, registry: str, login: Login | None, verify: bool) -> Manifest:
    context = _context(registry, verify)
    headers = {"Accept": ACCEPTED}
    try:
        raw = _get(url, headers, context)
    except urllib.error.HTTPError as error:
        if error.code != 401:
            raise
        answer = _answer(error.headers.get("WWW-Authenticate") or "", login, context, verify)
        if not answer:
            raise
        raw = _get(url, {**headers, "Authorization": answer}, context)
    told = json.loads(raw)
    config = str((told.get("config") or {}).get("digest") or "").rpartition(":")[2]
    return Manifest(f"sha256:{hashlib.sha256(raw).hexdigest()}", config, told.get("manifests"))


def _answer(challenge: str, login: Login | None, context: ssl.SSLContext, verify: bool) -> str:
    """What a registry wants to hear before it answers; empty when nothing can be said."""
    method, _space, rest = challenge.partition(" ")
    told = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    basic = {}
    if login:
        word = base64.b64encode(":".join(login).encode("utf-8", "surrogateescape")).decode()
        basic = {"Authorization": f"Basic {word}"}
    if method.lower() == "basic":
        return basic.get("Authorization", "")
    realm = told.get("realm", "")
    # The login does not leave the host in the clear unless the task allows it.
    if method.lower() != "bearer" or not realm.startswith("https://" if verify else ("https://", "http://")):
        return ""
    query = urllib.parse.urlencode({key: told[key] for key in ("service", "scope") if key in told})
    token = json.loads(_get(f"{realm}?{query}", basic, context))
    return f"Bearer {token.get('token') or token['access_token']}"


def _get(url: str, headers: dict[str, str], context: ssl.SSLContext) -> bytes:
    """What a URL answers. Nothing but HTTP is spoken, and no redirection is followed, because the login goes with it."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(), urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPErrorProcessor(), urllib.request.HTTPDefaultErrorHandler(), urllib.request.UnknownHandler(),
    ):  # fmt: skip
        opener.add_handler(handler)
    opener.addheaders = list(headers.items())
    with opener.open(url, timeout=TIMEOUT) as answer:
        raw: bytes = answer.read(LIMIT + 1)
    if len(raw) > LIMIT:
        raise ValueError(f"its answer has more than {LIMIT} bytes")
    return raw


def _context(registry: str, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    for path in _authorities(registry):
        context.load_verify_locations(path)
    return context


def _authorities(registry: str) -> Iterator[str]:
    """The certificates that Podman trusts for this registry too."""
    for place in (os.path.expanduser("~/.config/containers/certs.d"), *CERTIFICATES):
        folder = os.path.join(place, registry)
        if os.path.isdir(folder):
            yield from (
                os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".crt")
            )

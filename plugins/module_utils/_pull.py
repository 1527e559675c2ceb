# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One image of an account: whether Podman has it, and a pull. What containers need of images, and no more."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from . import _engine, _errors, _image_names

KIND = "image"
POLICIES = ("missing", "always", "newer", "never")
SHORT = 12  # digits of an ID, as people know it
# The first version that tries a pull again.
RETRIES = (5, 0, 0)


@dataclasses.dataclass(frozen=True)
class Access:
    """How a registry is reached; without a user name with the login that the account keeps."""

    username: str = ""
    password: str = dataclasses.field(default="", repr=False)
    tls_verify: bool | None = None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Access:
        """From the options username, password and tls_verify."""
        return cls(params.get("username") or "", params.get("password") or "", params.get("tls_verify"))

    def headers(self, registry: str = "") -> dict[str, str] | None:
        """The login as Podman's API takes it, for one registry where the call wants to know which."""
        if not self.username:
            return None
        login: Any = {"username": self.username, "password": self.password}
        told = json.dumps({registry: login} if registry else login)
        return {"X-Registry-Auth": base64.urlsafe_b64encode(told.encode()).decode()}


def find(engine: _engine.Engine, name: str) -> Mapping[str, Any] | None:
    """What inspect shows of an image, None when it is not on the host."""
    found: Mapping[str, Any] | None = engine.find(f"images/{_engine.name_in_path(name)}/json")
    return found


def present(engine: _engine.Engine, reference: _image_names.Reference) -> Mapping[str, Any] | None:
    """As ``find``. Podman 4.3 also shows an image that has lost all names for the digest of a list that it once came from."""
    found = find(engine, reference.text)
    if found and reference.digest:
        known = [str(each) for each in found.get("RepoDigests") or []]
        if not any(each == reference.text or each.endswith("/" + reference.text) for each in known):
            return None
    return found


def pull(engine: _engine.Engine, name: str, policy: str, params: Mapping[str, Any] | None = None) -> None:
    """Pull an image by policy. Raises EngineError.

    ``params`` may hold username, password, tls_verify, retry, retry_delay, and platform as the API names it (OS, Arch, Variant).
    """
    given = params or {}
    query = {
        "reference": name, "policy": policy, "tlsVerify": given.get("tls_verify"), "retry": given.get("retry"),
        "retrydelay": given.get("retry_delay"), **(given.get("platform") or {}),
    }  # fmt: skip
    headers = Access.of(given).headers()
    try:
        try:
            engine.stream("images/pull", query, headers=headers)
        except _errors.EngineError as error:
            if _engine.BROKEN not in error.cause:
                raise
            # A killed pull has left it half there, and Podman does not mend that by itself. What a container uses is not removed.
            engine.write("DELETE", f"images/{_engine.name_in_path(name)}", timeout=300.0)
            engine.stream("images/pull", query, headers=headers)
    except _errors.EngineError as error:
        raise about(name, error) from error


def about(name: str, error: _errors.EngineError) -> _errors.EngineError:
    """The same refusal, with the image that it is about."""
    return _errors.EngineError(f"image {name}: {error.message}", error.status, error.cause, **error.facts)


def refuse_retries(params: Mapping[str, Any], engine: _engine.Engine) -> None:
    """Podman before 5.0 takes the options for tries and ignores them. Raises Failure."""
    for option in ("retry", "retry_delay"):
        if params.get(option) is not None and engine.version < RETRIES:
            raise _errors.Failure(
                f"{option}: this option needs Podman 5.0 or later, and the host has {engine.version_text}; leave it out, and let "
                "Ansible try again with retries and until."
            )

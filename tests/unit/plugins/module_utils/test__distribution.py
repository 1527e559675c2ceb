# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry asked for a manifest: against one of this process, which is as strict as a real one."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._distribution import ACCEPTED, Manifest, fetch
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError

BODY = json.dumps({"config": {"digest": f"sha256:{'1' * 64}"}}).encode()
BASIC = "Basic " + base64.b64encode(b"me:word").decode()


class Registry(HTTPServer):
    """``method`` is how it wants to be asked: freely, basic, bearer."""

    method = "free"
    body = BODY
    status = 200
    seen: list[tuple[str, str]]


class Handler(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        told = self.headers.get("Authorization", "")
        self.server.seen.append((self.path, told))
        place = f"http://127.0.0.1:{self.server.server_port}"
        if self.path.startswith("/token"):
            self._send(200, json.dumps({"token": "t0" if told == BASIC else "anonymous"}).encode())
        elif self.path != "/v2/shop/app/manifests/1":
            self._send(404, b"{}")
        elif self.server.method == "basic" and told != BASIC:
            self._send(401, b"", 'Basic realm="x"')
        elif self.server.method == "bearer" and told != "Bearer t0":
            self._send(401, b"", f'Bearer realm="{place}/token",service="s",scope="repository:shop/app:pull"')
        elif self.server.method == "elsewhere":
            self._send(302, b"", location=f"{place}/stolen")
        else:
            assert self.headers["Accept"] == ACCEPTED
            self._send(self.server.status, self.server.body)

    def _send(self, status: int, body: bytes, challenge: str = "", location: str = "") -> None:
        self.send_response(status)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing on stderr."""


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry(("127.0.0.1", 0), Handler) as server:
        server.seen = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def ask(registry: Registry, what: str = "1", login: tuple[str, str] | None = None) -> Manifest | None:
    return fetch(f"127.0.0.1:{registry.server_port}/shop/app", what, login, False)


def test_what_it_has(registry: Registry) -> None:
    digest = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
    assert ask(registry) == Manifest(digest, "1" * 64)
    assert ask(registry, "2") is None


def test_a_list(registry: Registry) -> None:
    registry.body = b'{"manifests": [{"digest": "x"}]}'
    found = ask(registry)
    assert found is not None
    assert (found.config, found.entries) == ("", [{"digest": "x"}])


@pytest.mark.parametrize("method", ["basic", "bearer"])
def test_a_login(registry: Registry, method: str) -> None:
    registry.method = method
    found = ask(registry, login=("me", "word"))
    assert found is not None
    assert found.config == "1" * 64
    for login in (None, ("me", "wrong")):
        with pytest.raises(EngineError, match="without a login that may read it") as caught:
            ask(registry, login=login)
        assert "wrong" not in caught.value.message


def test_a_login_goes_nowhere_else(registry: Registry) -> None:
    registry.method = "elsewhere"
    with pytest.raises(EngineError, match="cannot be asked"):
        ask(registry, login=("me", "word"))
    assert not [path for path, _told in registry.seen if path == "/stolen"]


def test_it_is_not_asked_in_the_clear_unless_that_is_said(registry: Registry) -> None:
    with pytest.raises(EngineError, match="cannot be asked"):
        fetch(f"127.0.0.1:{registry.server_port}/shop/app", "1", ("me", "word"), True)
    assert registry.seen == []


@pytest.mark.parametrize("body", [b"", b"text", b"[]", b"1", b"\xff", b"x" * 5_000_000], ids=range(6))
def test_nonsense(registry: Registry, body: bytes) -> None:
    registry.body = body
    with pytest.raises(EngineError, match="cannot be asked") as caught:
        ask(registry)
    assert len(caught.value.message.splitlines()) == 1


def test_trouble(registry: Registry) -> None:
    registry.status = 503
    with pytest.raises(EngineError, match="status 503"):
        ask(registry)

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One account's Podman, spoken to over its API socket: version, calls, typed errors."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Mapping
from typing import Any, Callable, NoReturn
from urllib.parse import quote

from . import _account, _answers, _client, _errors, _parallel, _sentences

# Seconds one ordinary call may take, and one that moves image layers.
CALL_TIMEOUT = 60.0
LONG_TIMEOUT = 3600.0
# What Podman says of something that is not there, or not as a whole, beside 404.
BROKEN = "consider removing the image to resolve the issue"
NOT_THERE = ("no such container", "no such pod", BROKEN)
# What Podman says when an object went while it made a list, for which it refuses the whole list; and how often a list is asked for.
WENT_MEANWHILE = ("no such container", "no such pod", "no such volume", "no such network", "not known")
LISTINGS = 6


def name_in_path(name: str) -> str:
    """A name as one segment of a request path: no character of it can leave the segment."""
    return quote(name, safe="")


def is_missing(error: _errors.EngineError) -> bool:
    """Whether Podman refused because something is not there. It says 500 of what went while it looked, and of an image that a killed pull left."""
    return error.status == 404 or any(each in error.cause for each in NOT_THERE)


def _went_meanwhile(error: _errors.EngineError) -> bool:
    """Whether Podman refused a list because of an object that is not there any more (Podman 4.3 does it for every kind but images)."""
    return any(each in error.cause for each in WENT_MEANWHILE)


class Engine:
    """One account's Podman.

    Must be made in a process that runs as the account (see ``_account.call_as``), so that a
    planted link to another engine's socket cannot be opened; the peer's uid is checked as well.
    In check mode every call that could write is refused here, whatever the callers do.
    """

    def __init__(
        self, account: _account.Account, check: bool = False, info: dict[str, Any] | None = None
    ) -> None:
        self.account = account
        self.check = check
        self.calls = 0
        self.admitted = 0  # how many of them could write, with what else was done to the account
        # Called once, before the first call that can write.
        self.before_writes: Callable[[], None] | None = None
        # What Podman tells of itself, when that was asked before, and when it is asked now.
        self._info = info
        self.asked: dict[str, Any] | None = None
        self._client = _client.client(account, _parallel.PARALLEL)
        response, _body = self._request("GET", "_ping", None, None, None, 20.0)
        self.version = _answers.version_of(response.headers.get("Libpod-API-Version", ""), account)
        self._client.path_prefix = "/v{}.{}.{}/libpod/".format(*self.version)

    @property
    def version_text(self) -> str:
        """The version as people write it."""
        return ".".join(str(part) for part in self.version)

    @property
    def info(self) -> dict[str, Any]:
        """What ``podman info`` tells, asked for once."""
        if self._info is None:
            self._info = self.asked = dict(self.get("info"))
        return self._info

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON that ``path`` answers; a list is asked for again when something went while it was made. Raises EngineError."""
        for attempt in range(1, LISTINGS + 1):
            try:
                answer = self._request("GET", path, params, None, headers, CALL_TIMEOUT)[1]
                break
            except _errors.EngineError as error:
                if attempt == LISTINGS or not _answers.is_listing(path) or not _went_meanwhile(error):
                    raise
                time.sleep(0.05 * attempt)
        return _answers.require_shape(_answers.json_of(answer, self.account), path, self.account)

    def find(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """As ``get``, but None when Podman has no such object."""
        try:
            return self.get(path, params)
        except _errors.EngineError as error:
            if is_missing(error):
                return None
            raise

    def raw(
        self, path: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The body that ``path`` answers, as it is. Raises EngineError."""
        return self._request("GET", path, params, None, headers, CALL_TIMEOUT)[1]

    def look(self, path: str, params: Mapping[str, Any] | None = None) -> tuple[int, Mapping[str, str]]:
        """Status and headers of HEAD. That something is not there (404) is an answer, other refusals are raised."""
        response = self._send("HEAD", path, params, None, None, CALL_TIMEOUT)
        response.close()
        if response.status_code >= 400 and response.status_code != 404:
            raise _errors.EngineError(
                _sentences.explain(f"status {response.status_code}", path), response.status_code
            )
        return response.status_code, response.headers

    def pieces(self, path: str, params: Mapping[str, Any] | None = None) -> Generator[bytes, None, None]:
        """The body that ``path`` answers, in pieces and however large. Raises EngineError."""
        end = time.monotonic() + LONG_TIMEOUT
        response = self._send("GET", path, params, None, None, LONG_TIMEOUT)
        try:
            if response.status_code >= 400:
                self._refuse(response, b"".join(_answers.pieces_of(response, end, self.account)), path)
            yield from _answers.pieces_of(response, end, self.account, content=True)
        except OSError as error:
            raise _answers.broken(self.account, error, f"GET {path}", LONG_TIMEOUT) from error
        finally:
            response.close()

    def write(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        timeout: float = CALL_TIMEOUT,
        plain: bool = False,
    ) -> Any:
        """POST, PUT or DELETE; ``body`` is JSON, or bytes or an open file as they are. Returns JSON, or None for no content.

        ``plain`` is for the endpoints that answer with mere text, of which nothing is returned.
        """
        headers = None
        if body is not None and not isinstance(body, bytes) and not hasattr(body, "read"):
            body, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
        self.admit(method, path)
        _response, answer = self._request(method, path, params, body, headers, timeout)
        return _answers.json_of(answer, self.account) if answer.strip() and not plain else None

    def stream(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """POST to an endpoint that reports progress as JSON lines (pull, build, load, push).

        Podman says 200 first and tells of a failure in a later line, so every line is read.
        Returns the lines. Raises EngineError for the first that is an error.
        """
        self.admit("POST", path)
        answer = self._request("POST", path, params, body, headers, LONG_TIMEOUT)[1]
        lines = [line for line in _answers.json_lines_of(answer, self.account) if isinstance(line, dict)]
        for line in lines:
            detail = line.get("errorDetail")
            failed = line.get("error") or (detail.get("message") if isinstance(detail, dict) else detail)
            if failed:
                told = "".join(str(each.get("stream", "")) for each in lines[-30:])
                raise _errors.EngineError(
                    _sentences.explain(str(failed), path), 200, str(failed), output=told[-4000:]
                )
        return lines

    def admit(self, method: str, path: str) -> None:
        """Let a call pass that can write: never in check mode, and not before what has to precede the first."""
        if self.check:
            raise _errors.Failure(f"internal: {method} {path} in check mode; please report this.")
        self.admitted += 1
        prepare, self.before_writes = self.before_writes, None
        if prepare is not None:
            prepare()

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        body: Any,
        headers: Mapping[str, str] | None,
        timeout: float,
    ) -> tuple[Any, bytes]:
        """One HTTP exchange: the response object and its whole body. Raises EngineError."""
        end = time.monotonic() + timeout
        response = self._send(method, path, params, body, headers, timeout)
        try:
            answer = b"".join(_answers.pieces_of(response, end, self.account))
        except OSError as error:
            response.close()  # whatever else comes is not the answer to the next request
            raise _answers.broken(self.account, error, f"{method} {path}", timeout) from error
        if response.status_code >= 400:
            self._refuse(response, answer, path)
        return response, answer

    def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        body: Any,
        headers: Mapping[str, str] | None,
        timeout: float,
    ) -> Any:
        """Send one request; the response, whose body has not been read. Raises EngineError."""
        self.calls += 1
        call: Callable[..., Any] = getattr(self._client, method.lower())
        options: dict[str, Any] = {"data": body} if method in ("POST", "PUT") else {}
        try:
            return call(
                path, params=_query(params), headers=headers, timeout=(10.0, timeout), stream=True, **options
            )
        except OSError as error:  # podman-py's and requests' errors are OSErrors too
            raise _answers.broken(self.account, error, f"{method} {path}", timeout) from error

    @staticmethod
    def _refuse(response: Any, answer: bytes, path: str) -> NoReturn:
        cause = podmans_cause(answer)
        raise _errors.EngineError(_sentences.explain(cause, path), response.status_code, cause)


def _query(params: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Query parameters as Podman reads them: true and false in words, maps as JSON, None left out."""
    if params is None:
        return None
    return {key: _query_value(value) for key, value in params.items() if value is not None}


def _query_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return json.dumps(value)
    return value


def podmans_cause(answer: bytes) -> str:
    """Podman's own words for a failure: the fields ``cause`` and ``message`` of an error body."""
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        return answer[:500].decode("utf-8", "replace").strip()
    if not isinstance(told, dict):
        return str(told)[:2000]
    message, cause = str(told.get("message") or ""), str(told.get("cause") or "")
    return (message if cause in message else f"{message}: {cause}")[:2000]

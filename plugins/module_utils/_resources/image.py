# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images: the table of build options and the query that a build is asked for with (pure).

The path of a row is a key of the query of ``POST /build``. Two things differ from ``podman build``: without a word about the
network Podman's API runs every step in the host's network, so one is always said; and its ``squash`` is the
command's ``--squash-all``, while ``--squash`` is ``layers: false``.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any

from .. import _options, _values

FORMATS = {
    "oci": "application/vnd.oci.image.manifest.v1+json",
    "docker": "application/vnd.docker.distribution.manifest.v2+json",
}
NETWORKS = {"private": "NetworkEnabled", "none": "NetworkDisabled", "host": "NetworkDefault"}
# What the steps of a build see and the cache of layers does not know: a change of one needs a build without it.
UNCACHED = ("secrets", "network", "add_host", "dns", "volume", "shm_size", "http_proxy")


class Listed(_values.ValueType):
    """A list that travels as JSON; order matters."""

    argument = {"type": "list", "elements": "str"}

    def parse(self, raw: Any) -> list[str]:
        return [self.entry(_values.as_line(each)) for each in _values.as_list(raw)]

    def entry(self, text: str) -> str:
        """One entry as it is typed. Raises ValueError."""
        return text

    def body(self, value: list[str]) -> str:
        return json.dumps(value)


class Addresses(Listed):
    """IP addresses."""

    def entry(self, text: str) -> str:
        try:
            return str(ipaddress.ip_address(text))
        except ValueError:
            raise ValueError(f"addresses such as 192.0.2.53 (found {text!r})") from None


class HostLines(Listed):
    """Lines of /etc/hosts: NAME:ADDRESS."""

    def entry(self, text: str) -> str:
        name, _colon, address = text.partition(":")
        try:
            if address != "host-gateway":
                ipaddress.ip_address(address.strip("[]"))
        except ValueError:
            name = ""
        if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
            raise ValueError(f"NAME:ADDRESS such as db:192.0.2.7 (found {text!r})")
        return text


class Volumes(_values.ValueType):
    """Folders of the host that the steps see: SOURCE:PATH[:OPTIONS]."""

    argument = {"type": "list", "elements": "str"}

    def parse(self, raw: Any) -> list[str]:
        typed = [_values.as_line(each) for each in _values.as_list(raw)]
        bad = [each for each in typed if not re.fullmatch(r"/[^:]*:/[^:]*(:[A-Za-z0-9,=]+)?", each)]
        if bad:
            raise ValueError(f"/HOST/FOLDER:/PATH[:OPTIONS] such as /srv/cache:/cache:ro (found {bad[0]!r})")
        return typed


class Annotations(_values.Pairs):
    """Pairs that travel as a JSON list."""

    def body(self, value: dict[str, str]) -> str:
        return json.dumps([f"{key}={text}" for key, text in value.items()])


class Environment(_values.Pairs):
    """Pairs that travel as repeated NAME=VALUE."""

    def body(self, value: dict[str, str]) -> list[str]:
        return [f"{key}={text}" for key, text in value.items()]


class BuildSecrets(_values.ValueType):
    """What steps with ``RUN --mount=type=secret`` read; only the ids are ever shown."""

    argument: dict[str, Any] = {
        "type": "list",
        "elements": "dict",
        "no_log": False,
        "options": {
            "id": {"type": "str", "required": True},
            "secret": {"type": "str", "no_log": False},
            "path": {"type": "path"},
            "data": {"type": "str", "no_log": True},
        },
        "mutually_exclusive": [("secret", "path", "data")],
        "required_one_of": [("secret", "path", "data")],
    }

    def parse(self, raw: Any) -> list[dict[str, str]]:
        typed = []
        for each in _values.as_list(raw):
            if not isinstance(each, Mapping) or not re.fullmatch(r"[A-Za-z0-9_.-]+", str(each.get("id"))):
                raise ValueError("an id of letters, digits, '_', '.' and '-' for each secret")
            typed.append({key: str(value) for key, value in sorted(each.items()) if value is not None})
        ids = [each["id"] for each in typed]
        if len(set(ids)) < len(ids):
            raise ValueError("another id for each secret")
        return typed

    def show(self, value: list[dict[str, str]]) -> list[str]:
        return sorted(each["id"] for each in value)


def _write_format(value: str, body: _options.Body, _facts: _options.Facts) -> None:
    body["outputformat"] = FORMATS[value]


def _write_cache(value: bool, body: _options.Body, _facts: _options.Facts) -> None:
    body["nocache"] = not value


def _write_network(value: str, body: _options.Body, _facts: _options.Facts) -> None:
    body["nsoptions"] = json.dumps([{"Name": "network", "Host": value == "host", "Path": ""}])
    body["networkmode"] = NETWORKS[value]


def _write_nothing(_value: Any, _body: _options.Body, _facts: _options.Facts) -> None:
    """What travels otherwise: secrets in the context, the policy in pulls before the build."""


TABLE = _options.OptionTable(
    "build",
    [
        _options.Option("args", _values.Pairs(hidden=True), "buildargs"),
        _options.Option("target", _values.Text(), "target"),
        _options.Option("secrets", BuildSecrets(), write=_write_nothing),
        _options.Option("label", _values.Pairs(), "labels", aliases=("labels",)),
        _options.Option("annotation", Annotations(), "annotations", aliases=("annotations",)),
        _options.Option("env", Environment(hidden=True), "setenv"),
        _options.Option("format", _values.Text(list(FORMATS)), write=_write_format),
        _options.Option("pull", _values.Text(["missing", "always", "newer", "never"]), write=_write_nothing),
        _options.Option("cache", _values.Flag(), write=_write_cache),
        _options.Option("layers", _values.Flag(), "layers"),
        _options.Option("squash_all", _values.Flag(), "squash"),
        _options.Option("network", _values.Text(list(NETWORKS)), write=_write_network),
        _options.Option("add_host", HostLines(), "extrahosts", aliases=("add_hosts", "etc_hosts")),
        _options.Option("dns", Addresses(), "dnsservers"),
        _options.Option("volume", Volumes(), "volume", aliases=("volumes",), since="4.4"),
        _options.Option("shm_size", _values.Bytes(), "shmsize"),
        _options.Option("http_proxy", _values.Flag(), "httpproxy"),
        _options.Option("jobs", _values.Integer(0), "jobs"),
        _options.Option("timestamp", _values.Integer(0), "timestamp"),
    ],
)

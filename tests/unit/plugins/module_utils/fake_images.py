# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of Podman that keeps images, in memory, with the registries that it reaches."""

from __future__ import annotations

import json
import platform
import tarfile
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _images
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError
from ansible_collections.rootless.podman.plugins.module_utils._image_names import native_platform
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import KEY

NAME = "localhost/app:1"
PARAMS = {"name": NAME, "state": "present", "force": False, "pull": "missing"}
NATIVE = native_platform(platform.machine())["Arch"]


class Images:
    """``registry`` is what can be pulled: names with the ID of their image, or IDs by architecture."""

    def __init__(self, registry: Mapping[str, Any] = {}, version: tuple[int, int, int] = (5, 4, 2)) -> None:  # pylint: disable=dangerous-default-value
        self.version = version
        self.version_text = ".".join(map(str, version))
        self.info: dict[str, Any] = {}
        self.registry = dict(registry)
        self.unreachable = ""  # why registries cannot be asked
        self.kept: dict[str, dict] = {}
        self.secrets: dict[str, str] = {}
        self.streams: list[tuple[str, dict]] = []
        self.headers: list[Any] = []
        self.sent: dict[str, bytes] = {}  # what the last context held beside the declared
        self.archived = ("", "")
        self.file = b""  # what it is saved as
        self.refusal = ""  # why the next build fails
        self.used = False
        self.built = 0

    def find(self, path: str, params: Any = None) -> Any:
        kind, name, _json = (unquote(part) for part in path.split("/"))
        if kind == "secrets":
            assert params == {"showsecret": True}
            return {"SecretData": self.secrets[name]} if name in self.secrets else None
        return self.kept.get(name) or next((each for each in self.kept.values() if each["Id"] == name), None)

    def get(self, path: str, params: Any = None, headers: Any = None) -> Any:
        """What a registry says of a name, in Podman's words."""
        kind, name, _json = (unquote(part) for part in path.split("/"))
        assert kind == "manifests"
        if self.unreachable:
            raise EngineError(self.unreachable, 404, self.unreachable)
        place = name.partition("@")[0]
        held = self.registry.get(name) or self.registry.get(place)
        if held is None:
            raise EngineError("no such image", 404, "reading manifest: manifest unknown")
        if isinstance(held, str) or "@" in name:
            identity = held if isinstance(held, str) else name.rpartition(":")[2]
            manifest = json.dumps({"config": {"mediaType": "x", "digest": f"sha256:{identity}"}})
            cause = f"parsing manifest blob {json.dumps(manifest)} as a list: not implemented"
            raise EngineError(cause, 404, cause)
        entries = [
            {"digest": f"sha256:{identity}", "platform": {"os": "linux", "architecture": arch}}
            for arch, identity in held.items()
        ]
        self.registry.setdefault(place.rpartition(":")[0], held)
        return {"manifests": entries}

    def stream(self, path: str, params: Any = None, body: Any = None, headers: Any = None) -> list:
        # As the engine sends them: what is None is left out.
        self.streams.append(
            (path, {key: value for key, value in (params or {}).items() if value is not None})
        )
        self.headers.append(headers)
        if path == "images/pull":
            self._pull(params)
        elif path == "build":
            with tarfile.open(fileobj=body) as tar:
                assert params["dockerfile"] in tar.getnames()
                self.sent = {
                    each: tar.extractfile(each).read() for each in tar.getnames() if "-secret-" in each
                }
            if self.refusal:
                raise EngineError(self.refusal, 200, self.refusal, output=self.refusal)
            self.built += 1
            arch = (params.get("platform") or f"linux/{NATIVE}").split("/")[1]
            self._keep(params["t"], f"{self.built:064x}", params["labels"], arch)
        elif path.endswith("/push"):
            name = unquote(path.split("/")[1])
            self.registry[params["destination"]] = self.kept[name]["Id"]
        else:
            self._keep(*self.archived)
        return []

    def pieces(self, path: str, params: Any = None) -> Iterator[bytes]:
        """The archive of an image, as a test has it."""
        yield self.file

    def write(
        self, method: str, path: str, params: Any = None, body: Any = None, plain: bool = False
    ) -> None:
        name = unquote(path.split("/")[1])
        if method == "POST":
            self.streams.append((path, params))
            self.kept[f"{params['repo']}:{params['tag']}"] = self.find(f"images/{path.split('/')[1]}/json")
            return
        assert method == "DELETE"
        if self.used and not params["force"]:
            raise EngineError("in use", 409, "image used by web")
        del self.kept[name]

    def _pull(self, params: Any) -> None:
        held = self.registry.get(params["reference"])
        if held is None:
            raise EngineError("the registry has no such image", 200, "manifest unknown")
        arch = NATIVE
        if isinstance(held, dict):
            arch = params.get("Arch", NATIVE)
            held = held[arch]
        self._keep(params["reference"], held, None, arch)

    def _keep(self, name: str, identity: str, labels: Any = None, arch: str = NATIVE) -> None:
        self.kept[name] = {
            "Id": identity, "Labels": labels or {}, "RepoTags": [name], "Os": "linux", "Architecture": arch,
            "Digest": f"sha256:{identity}",
            "RepoDigests": [name] if "@" in name else [],
        }  # fmt: skip


def run(images: Images, check: bool = False, **params: Any) -> dict:
    """One run of the module ``image``; in check mode nothing may be written."""
    task = Task({**PARAMS, **params}, check)
    before = list(images.streams)
    result = _images.travel(task, images, KEY)
    if check:
        assert images.streams == before
    return {**result, "warnings": task.warnings}


def both(images: Images, **params: Any) -> dict:
    """Foretold, done, done again: one plan, and then none."""
    foretold = run(images, check=True, **params)
    done = run(images, **params)
    assert (foretold["changed"], foretold["plan"]) == (done["changed"], done["plan"])
    again = run(images, check=True, **params)
    assert (again["plan"], run(images, **params)["plan"]) == ([], [])
    return done


def actions(result: dict) -> list[str]:
    return [step["action"] for step in result["plan"]]


def reasons(result: dict) -> list[str]:
    return [reason["option"] for step in result["plan"] for reason in step["reasons"]]

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images that are built on the host: when one has to be, and the build itself."""

from __future__ import annotations

import base64
import json
import os
import platform as host
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from . import (
    _context,
    _engine,
    _errors,
    _image_names,
    _image_pull,
    _module,
    _options,
    _plan,
    _pull,
    _record,
    _survey,
)
from ._resources import image

# The first version whose API shows what a secret holds.
SHOWS_SECRETS = (4, 7, 0)
HIDDEN = "(hidden)"


def build_steps(
    task: _module.Task, engine: _engine.Engine, key: bytes, reference: _image_names.Reference, platform: _image_names.Platform,
    there: Mapping[str, Any] | None,
) -> list[_plan.Step]:  # fmt: skip
    """Build an image unless it was built from the same; what was done, or would be."""
    if reference.digest:
        raise _errors.Failure(
            f"name: {reference.text!r} was given, and what is built gets its digest from the build; write a tag instead."
        )
    return _Build(task, engine, key, reference, platform).steps(there)


class _Build:
    """One build: everything that decides over it, read once."""

    def __init__(
        self,
        task: _module.Task,
        engine: _engine.Engine,
        key: bytes,
        reference: _image_names.Reference,
        platform: _image_names.Platform,
    ) -> None:
        self.task, self.engine, self.key, self.name, self.platform = (
            task,
            engine,
            key,
            reference.text,
            platform,
        )
        declared = dict(task.params["build"])
        self.spec: _options.Spec = image.TABLE.parse(declared, "build.")
        image.TABLE.gate(self.spec, _survey.facts_of(engine), "build.")
        if self.spec.get("format") == "docker" and self.spec.get("annotation"):
            raise _errors.Failure(
                "build.annotation: images in Docker's format have none, and build.format is docker; use build.label, or format: oci."
            )
        self.context = _context.Context(declared)
        self.arguments: dict[str, str] = self.spec.get("args") or {}
        self.policy = str(self.spec.get("pull") or "missing")
        self.secrets = {each["id"]: self._content(each) for each in self.spec.get("secrets") or []}

    def steps(self, there: Mapping[str, Any] | None) -> list[_plan.Step]:
        found = self._bases()
        recorded = _record.read(self.key, _pull.KIND, self.name, (there or {}).get("Labels"))
        wanted = _record.digests(self.key, self._recorded(found))
        if there and recorded is None:
            reasons = [
                _plan.Reason(
                    "build", _plan.DECLARED, "not built by this collection", self.context.digest()[:12]
                )
            ]
        else:
            lost = bool(there) and None in found.values()
            reasons = list(self._differing(wanted, recorded or {}, bool(there), lost))
        if self.task.params["force"]:
            reasons.append(_plan.Reason("force", _plan.DECLARED, None, True))
        if not reasons:
            return []
        if not self.task.check:
            self._build(found, self._uncached(reasons, recorded is None))
        return [_plan.Step("build", _pull.KIND, self.name, tuple(reasons))]

    def _recorded(self, bases: Mapping[str, str | None]) -> dict[str, Any]:
        """Everything whose change makes the image anew; of it only keyed digests are kept."""
        fixed = {"args": {}, "target": "", "context": self.context.digest(), "file": self.context.file}
        # A base that is made anew makes what is built on it anew; one that was removed since says nothing.
        fixed["bases"] = {base: identity or "" for base, identity in bases.items()}
        content = {each: base64.b64encode(data).decode() for each, data in self.secrets.items()}
        more: dict[str, Any] = {"secrets": content} if content else {}
        if self.platform:
            more["platform"] = _image_names.print_platform(self.platform)
        return {**fixed, **self.spec, **more}

    def _differing(
        self, wanted: Mapping[str, str], recorded: Mapping[str, str], there: bool, lost: bool
    ) -> Iterator[_plan.Reason]:
        for option in wanted:
            if recorded.get(option) != wanted[option] and not (option == "bases" and lost):
                yield _plan.Reason(
                    option, _plan.CHANGED if there else _plan.DECLARED, None, self._shown(option)
                )
        for option in recorded:
            if option not in wanted:
                yield _plan.Reason(option, _plan.REMOVED)

    def _shown(self, option: str) -> Any:
        if option == "platform":
            return _image_names.print_platform(self.platform)
        return image.TABLE.by_name[option].type.show(self.spec[option]) if option in self.spec else None

    def _uncached(self, reasons: list[_plan.Reason], first: bool) -> bool:
        """Whether layers of earlier builds could be of another time or another secret."""
        if self.task.params["force"]:
            return True
        if first:
            return any(option in image.UNCACHED for option in self.spec)
        return any(reason.option in image.UNCACHED for reason in reasons)

    def _bases(self) -> dict[str, str | None]:
        """The base images and their IDs; None for one that is not on the host for this platform."""
        found: dict[str, str | None] = {}
        for base in self.context.bases(self.arguments):
            there = _pull.find(self.engine, base)
            if there and _image_names.foreign(
                there, {**_image_names.native_platform(host.machine()), **self.platform}
            ):
                there = None
            if there and self.policy in ("always", "newer") and not base.startswith("localhost/"):
                there = self._followed(base, there)
            found[base] = str(there["Id"]) if there else None
        return found

    def _followed(self, base: str, there: Mapping[str, Any]) -> Mapping[str, Any]:
        """A base whose tag may have moved: fetched, or in check mode asked for."""
        if not self.task.check:
            _pull.pull(self.engine, base, self.policy, {"platform": self.platform})
            return _pull.find(self.engine, base) or there
        held = _image_pull.moved(
            self.task, self.engine, _image_names.parse_name(base, "build"), self.platform, self.policy, there
        )
        return {"Id": held.identity} if held else there

    def _content(self, secret: Mapping[str, str]) -> bytes:
        """What a secret holds. Raises Failure; nothing of it is in the sentence."""
        where = f"build.secrets: {secret['id']}"
        if "data" in secret:
            return secret["data"].encode("utf-8", "surrogateescape")
        if "path" in secret:
            if not os.path.isabs(secret["path"]) or not os.path.isfile(secret["path"]):
                raise _errors.Failure(
                    f"{where} is to come from {secret['path']!r}, and an absolute path of a file on the host is needed that the account can read."
                )
            try:
                with open(secret["path"], "rb") as file:
                    return file.read(_context.TEXT_LIMIT)
            except OSError as error:
                raise _errors.Failure(
                    f"{where} is to come from {secret['path']}, which the account cannot read ({error.strerror}); make it readable for it."
                ) from error
        if self.engine.version < SHOWS_SECRETS:
            raise _errors.Failure(
                f"{where} is to come from the secret {secret['secret']}, which Podman shows from 4.7 on, and the host has "
                f"{self.engine.version_text}; use path or data."
            )
        told = self.engine.find(
            f"secrets/{_engine.name_in_path(secret['secret'])}/json", {"showsecret": True}
        )
        if not told:
            raise _errors.Failure(
                f"{where} is to come from the secret {secret['secret']}, which the account does not have; make it first with rootless.podman.secret."
            )
        return str(told.get("SecretData") or "").encode("utf-8", "surrogateescape")

    def _build(self, found: Mapping[str, str | None], uncached: bool) -> None:
        if self.policy != "never":
            for base in [base for base, identity in found.items() if identity is None]:
                _pull.pull(self.engine, base, "missing", {"platform": self.platform})
        bases = {base: str((_pull.find(self.engine, base) or {}).get("Id") or "") for base in found}
        files = {f"podman-build-secret-{secrets.token_hex(8)}": each for each in self.secrets}
        query = image.TABLE.body(
            {"network": "private", "layers": True, **self.spec}, _survey.facts_of(self.engine)
        )
        record = _record.write(self.key, _pull.KIND, self.name, self._recorded(bases))
        query.update(
            t=self.name, dockerfile=self.context.file, rm=True, forcerm=True,
            labels={**(query.get("labels") or {}), _record.LABEL: record},
            pullpolicy="never" if self.policy == "never" else "missing",
            nocache=uncached or bool(query.get("nocache")), platform=_image_names.print_platform(self.platform) or None,
        )  # fmt: skip
        if files:
            query["secrets"] = json.dumps([f"id={each},src={file}" for file, each in files.items()])
        try:
            with self.context.archive({file: self.secrets[each] for file, each in files.items()}) as archive:
                self.engine.stream("build", query, archive, {"Content-Type": "application/x-tar"})
        except _errors.EngineError as error:
            raise self._without_secrets(error) from None
        if _pull.find(self.engine, self.name) is None:
            raise _errors.Failure(
                f"image {self.name}: the build ended without an error and without an image; run the task again with force: true."
            )

    def _without_secrets(self, error: _errors.EngineError) -> _errors.EngineError:
        """A step that fails may have printed a secret."""
        hide = {data.decode("utf-8", "replace").strip() for data in self.secrets.values()}
        hide |= {line.strip() for text in hide for line in text.splitlines() if len(line.strip()) > 3}

        def hidden(text: str) -> str:
            for each in sorted(hide - {""}, key=len, reverse=True):
                text = text.replace(each, HIDDEN)
            return text

        facts = {
            name: hidden(value) if isinstance(value, str) else value for name, value in error.facts.items()
        }
        return _pull.about(
            self.name, _errors.EngineError(hidden(error.message), error.status, hidden(error.cause), **facts)
        )

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup as Ansible calls it: options, vaulted files, warnings, one sentence for what fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.rootless.podman.plugins.lookup import compose
from ansible_collections.rootless.podman.tests.unit.plugins.plugin_utils.compose.cases import HERE

SECRETS = [("default", VaultSecret(b"for tests only"))]
NAME = "rootless.podman.compose"
# As the loader of plugins does it, which finds collections only below Ansible's own paths.
constants.config.initialize_plugin_configuration_definitions(
    "lookup", NAME, yaml.safe_load(compose.DOCUMENTATION)["options"]
)


def asked(*terms: object, **options: Any) -> list[Any]:
    """What the lookup returns."""
    loader = DataLoader()
    loader.set_vault_secrets(SECRETS)
    plugin = compose.LookupModule(loader=loader)
    plugin._load_name = NAME
    return plugin.run([str(term) for term in terms], variables={}, **options)


def test_several_files_are_one_app() -> None:
    folder = HERE / "projects" / "paperless"
    whole = asked(folder)
    assert whole == asked(folder / "compose.yaml", folder / "compose.override.yaml")
    assert whole != asked(folder / "compose.yaml")
    assert whole == [yaml.safe_load((HERE / "apps" / "paperless.yaml").read_text(encoding="utf-8"))]


def test_options_travel(tmp_path: Path) -> None:
    text = "services: {a: {image: 'x:${TAG}', ports: ['80:80']}, b: {image: x, profiles: [p]}}"
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    made = asked(
        tmp_path, name="shop", project="old", user="me", account={"uid": 1500}, profiles=["p"], env={"TAG": 7, "OTHER": True},
        publish_address="192.0.2.1", hardened=True,
    )[0]  # fmt: skip
    assert (made["name"], made["user"], made["account"]) == ("shop", "me", {"uid": 1500})
    assert [each["name"] for each in made["containers"]] == ["old-a-1", "old-b-1"]
    assert made["containers"][0]["image"] == "docker.io/library/x:7"
    assert made["containers"][0]["publish"] == ["192.0.2.1:80:80"]
    assert "read_only" not in made["containers"][0]
    assert asked(tmp_path, group="pod", env={"TAG": "1"}, name="shop")[0]["pods"][0]["name"] == "pod_shop"


def test_the_process_counts_when_it_is_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOSE_TEST_TAG", "7")
    (tmp_path / "compose.yaml").write_text(
        "services: {a: {image: 'x:${COMPOSE_TEST_TAG-1}'}}", encoding="utf-8"
    )
    images = [
        asked(tmp_path, name="shop", **options)[0]["containers"][0]["image"].rpartition(":")[2]
        for options in ({}, {"process_environment": True})
    ]
    assert images == ["1", "7"]


def test_vaulted_files_are_decrypted(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services: {a: {image: x, environment: [WORD], secrets: [s]}}\nsecrets: {s: {file: s.txt}}\n",
        encoding="utf-8",
    )
    for name, text in ((".env", "WORD=open sesame\n"), ("s.txt", "hidden")):
        (tmp_path / name).write_bytes(VaultLib(SECRETS).encrypt(text, SECRETS[0][1]))
    made = asked(tmp_path, name="shop")[0]
    assert made["containers"][0]["env"] == {"WORD": "open sesame"}
    assert made["secrets"] == [{"name": "shop_s", "data": "hidden"}]


def test_a_variable_without_a_value_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(compose.display, "warning", heard.append)
    (tmp_path / "compose.yaml").write_text(
        "services: {a: {image: x, user: '$WHO', labels: ['a=$WHO'], x-podman.uidmaps: ['0:1:1'], x-mine: 1}}",
        encoding="utf-8",
    )
    asked(tmp_path, name="shop")
    assert heard == [
        "compose.yaml: the variable WHO is not set, and an empty string was put in its place.",
        "compose.yaml: services.a.x-podman.uidmaps: an extension of podman-compose, which is not read here.",
    ]


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("services: {a: {image: x, runtime: y}}", {}, "compose.yaml: services.a.runtime: the runtime belongs to the account's Podman"),
        ("services: {a: {image: x}}", {"profiles": ["p"]}, "no service has the profile p"),
        (None, {}, "has no compose file; one of compose.yaml, compose.yml"),
    ],
)  # fmt: skip
def test_what_fails_is_one_sentence(
    tmp_path: Path, text: str | None, options: dict[str, Any], says: str
) -> None:
    if text:
        (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(AnsibleLookupError) as caught:
        asked(tmp_path, name="shop", **options)
    assert says in str(caught.value)


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    with pytest.raises(
        AnsibleLookupError, match="and the path of a compose file on the controller is needed"
    ):
        asked(tmp_path / "nowhere.yaml")

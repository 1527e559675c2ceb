# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from testbed_lib import cli, inventory, needs, recipe, settings, work
from testbed_lib.errors import TestbedError

yaml = pytest.importorskip("yaml")


def entry(name: str, state: str = "/state") -> inventory.Entry:
    return inventory.Entry(
        name, "10.213.0.2", Path(state, "id"), Path(state, name, "known_hosts"), "trixie", True
    )


def test_inventory_of_no_hosts() -> None:
    assert yaml.safe_load(inventory.inventory_text([])) == {"all": {"children": {"testbed": {"hosts": {}}}}}


def test_inventory_survives_odd_paths() -> None:
    loaded = yaml.safe_load(inventory.inventory_text([entry("b"), entry("a", "/odd: \"folder\" 'x'")]))
    hosts = loaded["all"]["children"]["testbed"]["hosts"]
    assert list(hosts) == ["a", "b"]
    assert hosts["a"]["ansible_ssh_private_key_file"] == "/odd: \"folder\" 'x'/id"
    assert hosts["b"]["ansible_pipelining"] is True
    assert 'UserKnownHostsFile="/state/b/known_hosts"' in shlex.split(hosts["b"]["ansible_ssh_common_args"])


def test_table() -> None:
    assert (
        inventory.table_text([("NAME", "STATE"), ("webserver", "up")]) == "NAME       STATE\nwebserver  up\n"
    )


def test_settings_follow_the_checkout_and_the_state_folder() -> None:
    home = Path("/home/me")
    one, two = (settings.load(Path(at, "testbed"), {}, home) for at in ("/one", "/two"))
    assert one.state.parent == home / ".local/state/rootless-podman-testbed"
    assert one.state != two.state
    assert one.prefix != two.prefix
    assert one.cache == two.cache
    third = settings.load(Path("/one/testbed"), {"TESTBED_STATE": "/elsewhere"}, home)
    assert third.state == Path("/elsewhere")
    assert third.prefix != one.prefix
    assert settings.load(Path("/one/testbed"), {"XDG_STATE_HOME": "relative"}, home) == one
    with pytest.raises(TestbedError):
        settings.load(Path("/one/testbed"), {"TESTBED_PREFIX": "much-too-long"}, home)


def test_each_base_has_a_name_of_its_own() -> None:
    keys = {recipe.base_key(release, kind) for release in recipe.RELEASES for kind in recipe.KINDS}
    assert len(keys) == len(recipe.RELEASES) * len(recipe.KINDS)


def test_bare_is_bare() -> None:
    assert not set(recipe.BARE_PACKAGES) & set(recipe.podman_packages("bookworm"))
    assert not any("containers" in name for release in recipe.RELEASES for name in recipe.bare_files(release))


def test_backports_come_from_the_mirror_of_the_release() -> None:
    sources = "deb [trusted=yes] http://mirror/debian bookworm main\ndeb http://mirror/debian bookworm-updates main\n"
    assert (
        recipe.backports_source(sources, "bookworm")
        == "deb [trusted=yes] http://mirror/debian bookworm-backports main\n"
    )
    assert recipe.backports_source("", "bookworm") == ""


def test_debian_and_its_children(tmp_path: Path) -> None:
    file = tmp_path / "os-release"
    for text, answer in (
        ("ID=ubuntu\n", True),
        ('ID=x\nID_LIKE="foo debian"\n', True),
        ("ID=fedora\n", False),
    ):
        file.write_text(text)
        assert needs.is_debian(file) is answer
    assert not needs.is_debian(tmp_path / "none")


def test_reason_is_the_first_error_or_the_last_line() -> None:
    assert work.reason_in("a\nE: no such package\nE: failed\nb\n") == "E: no such package"
    assert work.reason_in("a\nb\n\n") == "b"
    assert work.reason_in("") == "it said nothing"


def test_run_takes_options_of_the_command() -> None:
    assert cli.parse(["run", "web", "ls", "-l", "--all"]).words == ["ls", "-l", "--all"]
    assert cli.parse(["run", "web", "--", "ls"]).words == ["ls"]


@pytest.mark.parametrize(
    "argv", [[], ["up"], ["down"], ["down", "a", "--all"], ["run", "a"], ["up", "a", "--release", "sid"]]
)
def test_wrong_usage_is_status_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.parse(argv)
    assert caught.value.code == 2

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the probes read: transcripts of real files and programs in, facts out."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._checks import account_probe as _account_probe
from ansible_collections.rootless.podman.plugins.module_utils._checks import checklist as _checklist
from ansible_collections.rootless.podman.plugins.module_utils._checks import commands as _commands
from ansible_collections.rootless.podman.plugins.module_utils._checks import conf as _conf
from ansible_collections.rootless.podman.plugins.module_utils._checks import host_probe as _host_probe
from ansible_collections.rootless.podman.plugins.module_utils._checks import ids as _ids
from ansible_collections.rootless.podman.plugins.module_utils._checks import inside as _inside
from ansible_collections.rootless.podman.plugins.module_utils._checks import ranges as _ranges
from ansible_collections.rootless.podman.plugins.module_utils._checks.ranges import Range
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure


def test_packages_that_are_installed_are_told_with_their_versions() -> None:
    text = (
        "podman 5.4.2+ds1-2+b2 installed\nnothing\npackage runc is not installed\n"
        "docker.io 26.1.5-1 config-files\nfresh  not-installed\n"
    )
    assert _commands.package_versions(text) == {"podman": "5.4.2+ds1-2+b2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.4.2+ds1-2+b2", "5.4.2"),
        ("1.8.1-1+deb12u1", "1.8.1"),
        ("0.0~git20250503.587980c-2", "0.0~git20250503.587980c"),
        ("257.13-1~deb13u1", "257.13"),
        ("5:5.4.0", "5.4.0"),
        ("5.6.2-1.fc43", "5.6.2"),
    ],
)
def test_the_upstream_version_is_in_that_of_a_package(text: str, expected: str) -> None:
    assert _commands.upstream(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("crun version 1.21\ncommit: 10269840aa07fb7e6b7e1acff6198692d8ff5c88", "1.21"),
        ("systemd 257 (257.9-1~deb13u1)\n+PAM", "257"),
        ("netavark 1.14.0", "1.14.0"),
        ("5.4.2", "5.4.2"),
        ("", ""),
        ("no number here", ""),
    ],
)
def test_versions_are_read_from_the_first_line(text: str, expected: str) -> None:
    assert _commands.number(text) == expected


def test_a_program_that_hangs_or_is_not_there_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_commands, "PATIENCE", 0.3)
    answers = _commands.ask(
        {"slow": ["sleep", "60"], "gone": ["/nonexistent/tool"], "quick": ["echo", "1.2"]}
    )
    assert answers == {"quick": "1.2\n"}


def test_configuration_files_are_merged_in_order() -> None:
    containers = [
        '[containers]\n#pids_limit = 2048\n[network]\ndefault_rootless_network_cmd = "slirp4netns" # old\n',
        "[containers]\npids_limit = 0 # none\n",
    ]
    storage = (
        '[storage]\ndriver = "overlay"\nrootless_storage_path = "$HOME/s"\n[storage.options]\ndriver = "no"\n'
    )
    registries = [
        'unqualified-search-registries = [\n  "a.example.org", # first\n  "b.example.org",\n]\n',
        'short-name-mode="enforcing"\n[[registry]]\nlocation = "x"\n',
    ]
    conf = _conf.merged(containers, storage, registries)
    assert conf.pids_limit == "0"
    assert conf.network_command == "slirp4netns"
    assert (conf.storage_driver, conf.storage_path) == ("overlay", "$HOME/s")
    assert conf.search_registries == ["a.example.org", "b.example.org"]
    assert conf.short_name_mode == "enforcing"


def test_a_drop_in_can_empty_the_search_registries() -> None:
    texts = ['unqualified-search-registries = ["a.example.org"]', "unqualified-search-registries = []"]
    assert _conf.merged([], "", texts).search_registries == []


@given(st.text(alphabet="[]=\"'#\n ab.-", max_size=80))
def test_no_configuration_file_trips_the_reader(text: str) -> None:
    assert isinstance(_conf.keys(text), dict)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ('ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n', "debian"),
        ("ID=ubuntu\nID_LIKE=debian\n", "debian"),
        ("ID=fedora\nVERSION_ID=43\n", "redhat"),
        ('ID="almalinux"\nID_LIKE="rhel centos fedora"\n', "redhat"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', ""),
        ("", ""),
    ],
)
def test_the_family_of_a_distribution(text: str, family: str) -> None:
    assert _host_probe.distribution(text)["family"] == family


def test_ranges_are_parsed_as_shadow_parses_them() -> None:
    text = "alice:100000:65536\n1002:0x286a0:0200000\n\n# note\n#bob:1:1\nbob:x:1\nbob:1\nbob:300000:0\n"
    assert _ranges.parse(text, {1002: "carol"}) == [
        Range(100000, 65536, "alice"),
        Range(165536, 65536, "carol"),
    ]
    assert _ranges.parse_getsubids("0: alice 100000 65536\n", "alice") == [Range(100000, 65536, "alice")]
    assert _ranges.parse_getsubids("Error fetching ranges\n", "alice") == []


RANGES = st.lists(
    st.builds(Range, st.integers(0, 60), st.integers(1, 20), st.sampled_from("abc")), max_size=8
)  # fmt: skip


@given(RANGES)
def test_overlaps_are_exactly_the_pairs_that_share_an_id(ranges: list[Range]) -> None:
    expected = [
        {id(first), id(second)}
        for index, first in enumerate(ranges)
        for second in ranges[index + 1 :]
        if first.owner != second.owner and first.start < second.end and second.start < first.end
    ]
    found = [{id(first), id(second)} for first, second in _ranges.overlaps(ranges)]
    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))


@given(RANGES, st.dictionaries(st.integers(0, 90), st.just("x"), max_size=8))
def test_taken_ids_are_exactly_those_inside_a_range(ranges: list[Range], ids: dict[int, str]) -> None:
    expected = [
        (each, number, "x") for each in ranges for number in sorted(ids) if each.start <= number < each.end
    ]
    assert _ranges.taken(ranges, ids) == expected


@pytest.mark.parametrize(
    ("text", "source"),
    [("passwd: files\n", "files"), ("subid: sss # directory\n", "sss"), ("subid:\n", "files"), ("", "files")],
)
def test_where_ranges_come_from(text: str, source: str) -> None:
    assert _ids.subid_source(text) == source


@pytest.mark.parametrize(
    ("content", "stale"), [(b"", True), (b"12\0", False), (b"12", False), (b"\0\0\0", True)]
)
def test_only_a_lock_without_a_process_number_is_stale(tmp_path: Path, content: bytes, stale: bool) -> None:
    lock = tmp_path / "subuid.lock"
    lock.write_bytes(content)
    assert _ids._is_stale(str(lock)) is stale
    assert not _ids._is_stale(str(tmp_path / "none"))


def test_the_mount_of_a_home_is_the_deepest_and_the_last() -> None:
    table = (
        "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
        "30 22 0:30 / /home rw,nodev - nfs4 server:/home rw\n"
        "31 30 0:31 / /home/a rw,noexec shared:3 master:1 - xfs /dev/vdb rw\n"
        "32 30 0:32 / /home/ab rw - tmpfs tmpfs rw\n"
        "broken line\n"
    )
    assert _account_probe._mount_of("/home/a/x", table) == ("xfs", ["rw", "noexec"])
    assert _account_probe._mount_of("/home/abc", table) == ("nfs4", ["rw", "nodev"])
    assert _account_probe._mount_of("/srv", table) == ("ext4", ["rw", "relatime"])


def test_a_home_and_its_storage_are_looked_at(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".config/containers").mkdir(parents=True)
    (home / ".local/share/containers/storage/overlay-layers").mkdir(parents=True)
    home.chmod(0o700)
    (home / ".config/containers/containers.conf").write_text("")
    seen = _inside.look(str(home), os.geteuid(), "")
    assert (seen["state"], seen["mode"], seen["drivers"]) == ("", 0o700, ["overlay"])
    assert seen["own"] == ["containers.conf"]
    assert _inside.look(str(home), os.geteuid() + 1, "")["state"] == f"belongs to uid {os.geteuid()}"
    assert _inside.look(str(tmp_path / "none"), 1, "")["state"] == "no such file or directory"


def test_an_accounts_own_storage_path_wins(tmp_path: Path) -> None:
    (tmp_path / ".config/containers").mkdir(parents=True)
    assert _inside.look(str(tmp_path), 7, "/data/$UID/s")["storage"] == "/data/7/s"
    (tmp_path / ".config/containers/storage.conf").write_text('[storage]\ngraphroot = "$HOME/here"\n')
    assert _inside.look(str(tmp_path), 7, "/data/$UID/s")["storage"] == f"{tmp_path}/here"


def answer_once(path: Path, answer: bytes) -> threading.Thread:
    """A listener that gives one client ``answer`` and hangs up, or never answers when it is empty."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(1)

    def serve() -> None:
        client = listener.accept()[0]
        client.recv(4096)
        if answer:
            client.sendall(answer)
            client.close()
        else:
            client.recv(4096)
        listener.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("answer", "state", "version"),
    [
        (b"HTTP/1.0 200 OK\r\nLibpod-Api-Version: 5.4.2\r\n\r\nOK", "answers", "5.4.2"),
        (
            b"HTTP/1.1 200 OK\r\nServer: other\r\n\r\n",
            "what answers is no Podman (it said 'HTTP/1.1 200 OK')",
            "",
        ),
        (b"garbage", "what answers is no Podman (it said 'garbage')", ""),
    ],
)
def test_only_podman_counts_as_an_answer(tmp_path: Path, answer: bytes, state: str, version: str) -> None:
    thread = answer_once(tmp_path / "s", answer)
    assert _inside.ping(str(tmp_path / "s"), os.geteuid(), 2.0) == {"state": state, "version": version}
    thread.join(2)


def test_a_silent_or_a_foreign_or_a_dead_socket_is_named(tmp_path: Path) -> None:
    answer_once(tmp_path / "silent", b"")
    assert "no answer" in _inside.ping(str(tmp_path / "silent"), os.geteuid(), 0.1)["state"]
    answer_once(tmp_path / "foreign", b"")
    assert "served by uid" in _inside.ping(str(tmp_path / "foreign"), os.geteuid() + 1, 0.1)["state"]
    assert "No such file" in _inside.ping(str(tmp_path / "none"), os.geteuid(), 0.1)["state"]


@pytest.mark.parametrize("name", ["", " ", "two words", "a:b", "../x", "root"])
def test_what_is_no_rootless_account_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(Failure, match=r"^users: "):
        _checklist.examine([name])


def test_the_whole_checklist_runs_on_this_machine_whatever_it_has() -> None:
    result = _checklist.examine(["no-such-account"])
    assert result["accounts"] == {"no-such-account": {"exists": False}}
    assert not result["ok"]
    assert result["counts"]["fail"] == len(result["failures"])
    assert result["changed"] is False


def test_a_file_is_told_with_its_digest_and_what_is_none_without(tmp_path: Path) -> None:
    file, link, pipe = tmp_path / "file", tmp_path / "link", tmp_path / "pipe"
    file.write_bytes(b"{}")
    file.chmod(0o640)
    link.symlink_to(file)
    os.mkfifo(pipe, 0o600)
    told = _checklist.examine([], files=[str(file), str(link), str(pipe), "/no/such"])["files"]
    assert told[str(file)] == {
        "sha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "mode": "0640",
        "uid": os.geteuid(),
        "gid": os.getegid(),
    }
    assert [told[str(path)]["sha256"] for path in (link, pipe)] == ["", ""]
    assert "/no/such" not in told


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"packages": ["podman*"]}, "packages: 'podman\\*' is no name of a package"),
        ({"packages": ["--root=/x"]}, "packages: '--root=/x' is no name of a package"),
        ({"files": ["etc/passwd"]}, "files: 'etc/passwd' is no path that begins with /"),
    ],
)
def test_what_is_no_package_and_no_path_is_refused_in_one_sentence(
    asked: dict[str, list[str]], sentence: str
) -> None:
    with pytest.raises(Failure, match=sentence):
        _checklist.examine([], **asked)

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to happen to units and services, and what the generator printed."""

from __future__ import annotations

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _generated as generated
from ansible_collections.rootless.podman.plugins.module_utils._quadlet_keys import unit_name
from ansible_collections.rootless.podman.plugins.module_utils._unit_plan import Seen, Wanted, plan

TEXT = "[Container]\nImage=x\n"
OTHER = "[Container]\nImage=y\n"
COMMENT = "# why\n" + TEXT
RUNS = Seen(text=TEXT, service="web.service", new_service="web.service", loaded=True, active=True, alive=True)
RESTS = Seen(text=TEXT, service="web.service", new_service="web.service", loaded=True)


def actions(state: str, text: str | None, seen: Seen, name: str = "web.container") -> list[str]:
    way = plan(Wanted(unit_name(name), text, state), seen)
    told = [step.action for step in way.steps]
    # What is told is what is done.
    assert bool(way.start) == ("start" in told)
    assert bool(way.restart) == ("restart" in told)
    assert len(way.stop) == told.count("stop")
    return told


def but(seen: Seen, **changes: object) -> Seen:
    return Seen(**{**vars(seen), **changes})  # type: ignore[arg-type]


NEW = Seen(new_service="web.service")


@pytest.mark.parametrize(
    ("state", "text", "seen", "told"),
    [
        ("started", TEXT, NEW, ["create", "start"]),
        ("present", TEXT, NEW, ["create"]),
        ("stopped", TEXT, NEW, ["create"]),
        ("started", TEXT, RUNS, []),
        ("started", TEXT, RESTS, ["start"]),
        ("present", TEXT, RESTS, []),
        ("stopped", TEXT, RESTS, []),
        ("stopped", TEXT, RUNS, ["stop"]),
        ("started", OTHER, RUNS, ["update", "restart"]),
        ("present", OTHER, RUNS, ["update", "restart"]),
        ("present", OTHER, RESTS, ["update"]),
        ("stopped", OTHER, RUNS, ["update", "stop"]),
        ("started", OTHER, RESTS, ["update", "start"]),
        ("started", COMMENT, RUNS, ["update"]),
        # What a killed run left.
        ("started", TEXT, but(RUNS, kept=OTHER), ["update", "restart"]),
        ("started", TEXT, but(RUNS, kept=TEXT), ["update"]),
        ("started", TEXT, but(RUNS, kept=COMMENT), ["update"]),
        ("started", TEXT, but(RESTS, kept=OTHER), ["update", "start"]),
        ("started", TEXT, but(RESTS, loaded=False), ["update", "start"]),
        ("present", TEXT, but(RESTS, loaded=False), ["update"]),
        ("started", TEXT, but(RUNS, stale=True), ["update", "restart"]),
        # A service that is started again and again, or is on its way.
        ("started", TEXT, but(RESTS, alive=True), ["start"]),
        ("stopped", TEXT, but(RESTS, alive=True), ["stop"]),
        ("started", OTHER, but(RESTS, alive=True), ["update", "restart"]),
        # ServiceName= is another one.
        ("started", OTHER, but(RUNS, new_service="page.service"), ["update", "stop", "start"]),
        ("started", OTHER, but(RESTS, new_service="page.service"), ["update", "start"]),
        ("absent", None, RUNS, ["stop", "remove"]),
        ("absent", None, RESTS, ["remove"]),
        ("absent", None, Seen(), []),
        ("absent", None, Seen(kept=TEXT), ["remove"]),
        (
            "absent",
            None,
            Seen(service="web.service", loaded=True, active=True, alive=True),
            ["stop", "remove"],
        ),
        # A service of that name that is none of ours.
        ("absent", None, Seen(service="web.service", active=True, alive=True), []),
    ],
)
def test_ways(state: str, text: str | None, seen: Seen, told: list[str]) -> None:
    assert actions(state, text, seen) == told


@pytest.mark.parametrize("name", ["data.volume", "inner.network"])
def test_what_only_makes_what_is_missing_is_not_restarted(name: str) -> None:
    assert actions("started", OTHER, RUNS, name) == ["update"]
    assert actions("started", OTHER, RESTS, name) == ["update", "start"]


def test_images_are_pulled_again() -> None:
    assert actions("started", OTHER, RUNS, "x.image") == ["update", "restart"]


def test_templates_are_only_there() -> None:
    seen = but(RESTS, loaded=False)
    assert actions("present", TEXT, seen, "web@.container") == []
    assert actions("present", OTHER, seen, "web@.container") == ["update"]


OUT = """---web.service---
# Automatically generated
[X-Container]
Image=x
[Unit]
SourcePath=/made/up
SourcePath=/etc/containers/systemd/users/1/web.container
[Service]
ExecStart=/usr/bin/podman run x

---app-pod.service---
[Unit]
SourcePath=/etc/containers/systemd/users/1/app.pod

"""
ERR = """quadlet-generator[201]: Loading source unit file /etc/bad.container
quadlet-generator[201]: Warning: web.container specifies the image "x" which not a fully qualified image name.
quadlet-generator[201]: converting "bad.container": unsupported key 'Imag' in group 'Container' in /etc/bad.container
converting "worse.container": requested Quadlet unit gone.network was not found
quadlet-generator[201]: processing encountered some errors
"""


def test_what_the_generator_prints() -> None:
    told = generated.read(OUT, ERR)
    assert told.services == {"web.container": "web.service", "app.pod": "app-pod.service"}
    assert told.texts["web.container"].count("ExecStart") == 1
    assert told.against("web.container") == ""
    assert "unsupported key" in told.against("bad.container")
    assert told.against("worse.container").endswith("gone.network was not found")
    assert generated.warnings(told, "web.container") == [
        'web.container specifies the image "x" which not a fully qualified image name.'
    ]
    assert "does not say why" in generated.read(OUT, "").against("bad.container")


def test_a_file_that_cannot_be_read_takes_the_others_with_it() -> None:
    told = generated.read(
        "", 'quadlet-generator[7]: error loading "/x/broken.container", file contains line 3\n'
    )
    assert "broken.container" in told.against("web.container")
    assert generated.broken_by(generated.read(OUT, ""), told, {"app.pod"}) == {
        "web.container": told.complaints[0]
    }


def test_a_line_that_systemd_does_not_read() -> None:
    text = OUT.replace("podman run x", "podman run " + "x" * (1 << 20))
    assert "1048576" in generated.read(text, "").against("web.container")


def test_two_units_of_one_service_are_told() -> None:
    found = generated.Generated(
        {"web.container": "web.service", "other.container": "web.service", "db.container": "db.service"}
    )
    assert [found.twin(each) for each in ("web.container", "other.container", "db.container", "none.container")] == [
        "other.container", "web.container", "", "",
    ]  # fmt: skip


def test_two_units_that_make_the_same_object_are_told() -> None:
    lines = {
        "web.container": "ExecStart=/usr/bin/podman run --name web --replace image sh --name other",
        "new.container": "ExecStart=/usr/bin/podman --log-level=debug run --name=web image",
        "web.pod": "ExecStartPre=/usr/bin/podman pod create --infra-name x-infra --name=other",
        "other.container": "ExecStart=/usr/bin/podman run --name other image",
        "a.container": "ExecStart=/usr/bin/podman run --name systemd-%N image",
        "b.container": "ExecStart=/usr/bin/podman run --name systemd-%N image",
        "web.kube": "ExecStart=/usr/bin/podman kube play --name web x.yml",
    }
    found = generated.Generated(texts={file: f"[Service]\n{line}\n" for file, line in lines.items()})
    assert {file: found.rival(file) for file in (*lines, "none.container")} == {
        "web.container": "new.container",
        "new.container": "web.container",
        "web.pod": "other.container",
        "other.container": "web.pod",
        "a.container": "",
        "b.container": "",
        "web.kube": "",
        "none.container": "",
    }


def test_the_order_in_which_podman_prints_flags_does_not_count() -> None:
    text = "[X-Container]\nExec=a b\n[Unit]\nSourcePath=/x\n[Service]\nExecStart=/usr/bin/podman run --label a=1 --label b=2 image a b\n"
    assert generated.same(
        text, text.replace("--label a=1 --label b=2", "--label b=2 --label a=1").replace("/x", "/y")
    )
    assert not generated.same(text, text.replace("Exec=a b", "Exec=b a").replace("image a b", "image b a"))
    assert not generated.same(text, text.replace("b=2", "b=3"))
    assert generated.same("nonsense", "nonsense")

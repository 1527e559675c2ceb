# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several files as one: merge, extends, include, profiles, variables. What is expected was seen in docker-compose 2.40.3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.plugin_utils.compose.cases import app

EXTRA = """
  b: {image: quay.io/a/y, healthcheck: {test: x}}
networks: {n: {}, m: {}}
secrets: {s: {file: ./a.env}}
configs: {c: {content: hi}}
"""


def over(folder: Path, base: str, above: str) -> dict[str, Any]:
    """The container of service a, declared in one file and again in its override."""
    files = {
        "compose.yaml": f"services:\n  a: {{image: quay.io/a/x, {base}}}{EXTRA}",
        "compose.override.yaml": f"services:\n  a: {{{above}}}\n",
        "a.env": "A=1\nX=1\n",
        "b.env": "A=2\nY=1\n",
    }
    return app(folder, files=files)["containers"][0]


@pytest.mark.parametrize(
    ("base", "above", "option", "becomes"),
    [
        ("environment: [A=1, B=2]", "environment: {A: 3, C: 4}", "env", {"A": "3", "B": "2", "C": "4"}),
        ("environment: {A: 1, B: 2}", "environment: {A: }", "env", {"B": "2"}),
        ("environment: {A: 1, B: 2}", "environment: {A: !reset null}", "env", {"B": "2"}),
        ("environment: {A: 1}", "environment: !override {B: 2}", "env", {"B": "2"}),
        ("command: [a, b]", "command: c", "command", ["c"]),
        ("command: a", "command: ", "command", None),
        ("command: a", "command: !reset null", "command", None),
        ("entrypoint: [a, b]", "entrypoint: [c]", "entrypoint", ["c"]),
        (
            'ports: ["80:80", "81:81"]', 'ports: ["80:80", "82:82"]', "publish",
            ["127.0.0.1:80:80", "127.0.0.1:81:81", "127.0.0.1:82:82"],
        ),
        ('ports: ["80:80"]', "ports: !reset []", "publish", None),
        ('ports: ["80:80"]', 'ports: !override ["81:81"]', "publish", ["127.0.0.1:81:81"]),
        ('volumes: ["/a:/d", "/b:/e"]', 'volumes: ["/c:/d:ro"]', "volume", ["/c:/d:ro", "/b:/e"]),
        ("dns: 192.0.2.1", "dns: [192.0.2.1, 192.0.2.2]", "dns", ["192.0.2.1", "192.0.2.2"]),
        ("depends_on: [b]", "depends_on: {b: {condition: service_healthy}}", "depends_on", {"shop-b-1": "healthy"}),
        ("depends_on: {b: {condition: service_healthy}}", "depends_on: [b]", "depends_on", {"shop-b-1": "started"}),
        ("networks: {n: {aliases: [p]}}", "networks: {n: {aliases: [q]}, m: }", "network",
         ["shop_n:alias=a,alias=p,alias=q", "shop_m:alias=a"]),
        ("labels: [a=1]", "labels: {a: 2, b: 3}", "label", {"a": "2", "b": "3"}),
        ("logging: {driver: json-file, options: {max-size: 1m}}", "logging: {options: {max-size: 2m}}", "log_opt", {"max_size": "2m"}),
        ("logging: {driver: json-file, options: {max-size: 1m}}", "logging: {driver: journald}", "log_opt", None),
        ("healthcheck: {test: [CMD, a], interval: 1s}", "healthcheck: {test: [CMD, b]}", "healthcheck", ["CMD", "b"]),
        ("ulimits: {nofile: {soft: 1, hard: 2}}", "ulimits: {nofile: 5, nproc: 6}", "ulimit", ["nofile=5:5", "nproc=6:6"]),
        ('extra_hosts: ["a:192.0.2.1"]', 'extra_hosts: ["b=192.0.2.2"]', "etc_hosts", {"a": "192.0.2.1", "b": "192.0.2.2"}),
        ("cap_add: [CHOWN]", "cap_add: [KILL, CHOWN]", "cap_add", ["CHOWN", "KILL"]),
        ('devices: ["/dev/a:/dev/x:r"]', 'devices: ["/dev/b:/dev/x:rwm"]', "device", ["/dev/b:/dev/x:rwm"]),
        ('expose: ["1"]', "expose: [1, 2]", "expose", ["1", "2"]),
        ("deploy: {resources: {limits: {memory: 1m}}}", 'deploy: {resources: {limits: {cpus: "1"}}}', "cpus", "1"),
        ("env_file: a.env", "env_file: b.env", "env", {"A": "2", "X": "1", "Y": "1"}),
        ("user: '1'", "user: '2'", "container_user", "2"),
        ("user: '1'", "user: ", "container_user", "1"),
        ("secrets: [s]", "secrets: [{source: s, target: t}]", "secrets",
         [{"name": "shop_s", "target": "s"}, {"name": "shop_s", "target": "t"}]),
        ("configs: [c]", "configs: [{source: c, target: /c, mode: 0400}]", "volume", ["./.configs/a/c:/c:ro"]),
    ],
)  # fmt: skip
def test_a_file_over_another(tmp_path: Path, base: str, above: str, option: str, becomes: Any) -> None:
    assert over(tmp_path, base, above).get(option) == becomes


def test_documents_of_one_file_are_merged_too(tmp_path: Path) -> None:
    text = 'services: {a: {image: quay.io/a/x, user: "1"}}\n---\nservices: {a: {image: quay.io/a/y}}\n'
    made = app(tmp_path, text)["containers"][0]
    assert (made["image"], made["container_user"]) == ("quay.io/a/y", "1")


def test_extends_goes_over_files_with_their_own_folder(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services: {a: {extends: {file: sub/c.yaml, service: b}, environment: {A: 5}}}\nvolumes: {data: {}}\n",
        "sub/c.yaml": """
services:
  base: {image: quay.io/a/x, environment: {A: 1, B: 2}, env_file: e.env, volumes: ["./conf:/conf:ro", "data:/data"]}
  b: {extends: base, user: "5"}
""",
        "sub/e.env": "Z=1",
        "sub/conf/a": "content",
    }
    made = app(tmp_path, files=files)
    container = made["containers"][0]
    assert container["env"] == {"Z": "1", "A": "5", "B": "2"}
    assert container["container_user"] == "5"
    assert container["volume"] == ["./sub/conf:/conf:ro", "shop_data:/data"]
    assert made["files"] == [{"path": "sub/conf/a", "content": "content"}]


def test_include_is_a_project_of_its_own(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "include: [sub/c.yaml]\nservices: {a: {image: quay.io/a/x, depends_on: [base]}}\n",
        "sub/c.yaml": 'services: {base: {image: "quay.io/a/${IMG}", env_file: e.env}}\n',
        "sub/e.env": "Z=${IMG}",
        "sub/.env": "IMG=inner\n",
    }
    base = app(tmp_path, files=files)["containers"][0]
    assert (base["image"], base.get("env")) == ("quay.io/a/inner", {"Z": ""})
    outer = app(tmp_path, files={**files, ".env": "IMG=outer\n"})["containers"][0]
    assert (outer["image"], outer["env"]) == ("quay.io/a/outer", {"Z": "outer"})


def test_include_with_changes_behind_it(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "include: [{path: [x.yaml, y.yaml], env_file: o.env}]\nservices: {a: {image: quay.io/a/x}}\n",
        "x.yaml": 'services: {base: {image: "quay.io/a/${IMG}"}}\n',
        "y.yaml": 'services: {base: {user: "7"}}\n',
        "o.env": "IMG=other\n",
    }
    base = app(tmp_path, files=files)["containers"][0]
    assert (base["image"], base["container_user"]) == ("quay.io/a/other", "7")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("services: {a: {image: x, extends: b}, b: {image: x, extends: a}}", "services.a.extends: the service extends itself"),
        ("services: {a: {image: x, extends: b}}", "services.a.extends: there is no service b in compose.yaml; name one of a."),
        ("services: {a: {image: x, extends: {file: no.yaml, service: b}}}", "the file no.yaml is not there"),
        ("include: [compose.yaml]\nservices: {a: {image: x}}", "compose.yaml: it includes itself"),
        ("include: [x.yaml]\nservices: {b: {image: z}}", "services.b: an included file declares it as well, and otherwise"),
        ("include: [https://example.com/x.yaml]\nservices: {b: {image: z}}", "include[0]: it is no path of a file on the controller"),
        ("include: [{path: x.yaml, more: 1}]\nservices: {a: {image: z}}", "include[0].more: no key that the Compose specification has here"),
        ("services: {a: {image: x, depends_on: [b]}}", "services.a.depends_on.b: the service b is not there, or not in an active profile"),
        ("services: {a: {image: x, depends_on: [c]}, c: {image: x, profiles: [p]}}", "or write required: false."),
        ("services: {c: {image: x, profiles: [p]}}", "all services have profiles, and none is active"),
        ("services: {}", "services: there is no service; declare at least one."),
        ("", "services: there is no service"),
        ("services:\n\ta: x", "it is no YAML, because found character '\\t' that cannot start any token in line 2, column 1; mend the file."),
        ("services: {a: {image: x, image: y}}", "the key image stands there twice in line 1, column 26"),
        ("[a]", "compose.yaml: it is a list; write a map with services."),
        ("services: [a]", "compose.yaml: services: ['a'] was given, and a map is needed."),
        ("services: {a: x}", "compose.yaml: services.a: 'x' was given, and a map is needed."),
        ("bogus: 1\nservices: {a: {image: x}}", "compose.yaml: bogus: this key is no part of a compose file that becomes an app"),
        ("services: {a: {image: '${A:?say it}'}}", "services.a.image: the variable A has to be set (say it); give it in env or in .env."),
        ("services: {a: {image: x, env_file: e.env}}", "services.a.env_file[0]: of the file e.env in line 2 NAME=VALUE is needed"),
        ("services: {a: {image: x, env_file: no.env}}", "services.a.env_file[0]: the file no.env is not there"),
        ("services: {a: {image: x, env_file: sub}}", "services.a.env_file[0]: sub is a folder; name a file."),
    ],
)  # fmt: skip
def test_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Failure) as caught:
        app(tmp_path, files={"x.yaml": "services: {b: {image: y}}", "e.env": "A=1\n=2\n", "sub/x": ""})
    assert says in caught.value.message
    assert caught.value.message.count("\n") == 0


def test_profiles(tmp_path: Path) -> None:
    text = "services: {a: {image: x}, b: {image: x, profiles: [p]}, c: {image: x, profiles: [q, r]}}"

    def names(**options: Any) -> list[str]:
        return [each["name"] for each in app(tmp_path, text, **options)["containers"]]

    assert names() == ["shop-a-1"]
    assert names(profiles=["r"]) == ["shop-a-1", "shop-c-1"]
    assert names(profiles=["*"]) == ["shop-a-1", "shop-b-1", "shop-c-1"]
    assert names(variables={"COMPOSE_PROFILES": "p, q"}) == ["shop-a-1", "shop-b-1", "shop-c-1"]
    with pytest.raises(Failure, match="no service has the profile z, and those of the file are p, q, r"):
        names(profiles=["z"])


def test_a_need_that_is_not_required_goes_with_its_service(tmp_path: Path) -> None:
    text = "services: {a: {image: x, depends_on: {b: {required: false}}}, b: {image: x, profiles: [p]}}"
    assert "depends_on" not in app(tmp_path, text)["containers"][0]
    assert app(tmp_path, text, profiles=["p"])["containers"][0]["depends_on"] == {"shop-b-1": "started"}


def test_the_name_of_the_project(tmp_path: Path) -> None:
    def name(text: str, **options: Any) -> str:
        folder = tmp_path / "My.Shop"
        return app(folder, text, **{"name": "", **options})["containers"][0]["name"]

    plain = "services: {a: {image: x}}"
    assert name(plain) == "myshop-a-1"
    assert name(f"name: one\n{plain}") == "one-a-1"
    assert name(f"name: one\n{plain}", variables={"COMPOSE_PROJECT_NAME": "two"}) == "two-a-1"
    assert name(f"name: one\n{plain}", name="three") == "three-a-1"
    with pytest.raises(Failure, match="'Two!' was given, and a name of lower-case letters"):
        name(f"name: Two!\n{plain}")
    made = app(tmp_path, f"name: one\n{plain.replace('x}', 'x, user: $COMPOSE_PROJECT_NAME}')}", name="")
    assert made["containers"][0]["container_user"] == "one"


def test_variables_come_from_the_caller_then_from_the_file(tmp_path: Path) -> None:
    text = "services: {a: {image: x, environment: [A, B=$B, C=$C, D]}}"
    files = {".env": "A=1\nB=2\n", "other.env": "C=3\n"}
    assert app(tmp_path, text, files, variables={"A": "9"})["containers"][0]["env"] == {
        "A": "9",
        "B": "2",
        "C": "",
    }
    assert app(tmp_path, text, files, env_files=["other.env"])["containers"][0]["env"] == {"B": "", "C": "3"}


def test_what_may_be_missing_is_named(tmp_path: Path) -> None:
    text = """
services:
  a: {image: x, logging: {options: {max-file: "3"}}, labels: {org.example: 1}}
  b: {image: x, logging: {options: {max-file: "3", max-size: 1m}}}
"""
    with pytest.raises(Failure, match="max-file: Podman keeps one file before"):
        app(tmp_path, text)
    without = ["services.*.logging.options.max-file", "services.a.labels.org.example"]
    one, other = app(tmp_path, text, without=without)["containers"]
    assert other["log_opt"] == {"max_size": "1m"}
    assert "label" not in one
    with pytest.raises(Failure, match="services.c.labels: it is named in without, and there is no such key"):
        app(tmp_path, text, without=["services.c.labels"])

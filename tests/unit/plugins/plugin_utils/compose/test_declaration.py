# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services, networks, volumes, mounts: what a key becomes, and the sentence that refuses it."""

from __future__ import annotations

import base64
import io
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.lookup import compose as lookup
from ansible_collections.rootless.podman.plugins.module_utils._apps import declared as apps
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.plugin_utils._compose import building, services
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.declaration import full_name
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.document import documents
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house
from ansible_collections.rootless.podman.tests.unit.plugins.plugin_utils.compose.cases import app, service


@pytest.mark.parametrize(
    ("body", "option", "becomes"),
    [
        ("command: echo \"a b\" 'c d' e\\ f", "command", ["echo", "a b", "c d", "e f"]),
        ("command: \"sh -c 'a && b; c'\"", "command", ["sh", "-c", "a && b; c"]),
        ("command: []", "command", None),
        ('entrypoint: ""', "entrypoint", [""]),
        ("restart: no", "restart_policy", "no"),
        ("user: '5'", "restart_policy", "no"),
        ("restart: on-failure:5", "restart_policy", "on-failure:5"),
        ("deploy: {restart_policy: {condition: on-failure, max_attempts: 3}}", "restart_policy", "on-failure:3"),
        ("deploy: {restart_policy: {condition: any}}\nrestart: 'no'", "restart_policy", "always"),
        ("healthcheck: {test: curl x}", "healthcheck", ["CMD-SHELL", "curl x"]),
        ("healthcheck: {test: [NONE]}", "no_healthcheck", True),
        ("healthcheck: {disable: true}", "no_healthcheck", True),
        ("healthcheck: {test: x, start_interval: 2s}", "health_startup_interval", "2s"),
        ("healthcheck: {interval: 90s}", "healthcheck_interval", "1m30s"),
        ("stop_grace_period: 1.5s", "stop_timeout", 2),
        ("shm_size: 1gb", "shm_size", "1g"),
        ("mem_limit: 50MB", "memory", "50m"),
        ("memswap_limit: -1", "memory_swap", "-1"),
        ("cpus: '0.50'", "cpus", "0.5"),
        ("pull_policy: if_not_present", "pull", "missing"),
        ("pull_policy: build", "pull", None),
        ('read_only: "yes"', "read_only", True),
        ("read_only: false", "read_only", False),
        ("labels: {a: 1, b: true}", "label", {"a": "1", "b": "true"}),
        ("labels: [a=b=c, d]", "label", {"a": "b=c", "d": ""}),
        ('security_opt: ["no-new-privileges:true", "seccomp:unconfined"]', "security_opt", ["no-new-privileges", "seccomp=unconfined"]),
        ('extra_hosts: ["a:[::1]", "b=host-gateway"]', "etc_hosts", {"a": "::1", "b": "host-gateway"}),
        ("tmpfs: /x", "tmpfs", ["/x"]),
        ("gpus: all", "gpus", ["all"]),
        ("gpus: [{count: 2}]", "gpus", ["0", "1"]),
        ("deploy: {resources: {reservations: {devices: [{driver: nvidia, device_ids: ['3'], capabilities: [gpu]}]}}}", "gpus", ["3"]),
        ("blkio_config: {weight: 300, device_read_bps: [{path: /dev/sda, rate: 12mb}]}", "device_read_bps", ["/dev/sda:12m"]),
        ("network_mode: host", "network", ["host"]),
        ("network_mode: container:other", "network", ["container:other"]),
        ("userns_mode: keep-id", "userns", "keep-id"),
        ("logging: {driver: none}", "log_driver", "none"),
        ("mac_address: 02:42:ac:11:65:43", "network", ["shop_default:alias=web,mac=02:42:ac:11:65:43"]),
        ("container_name: mine", "name", "mine"),
        ("x-anything: 1\nattach: false\ndevelop: {watch: []}\nisolation: ''", "name", "shop-web-1"),
        ("environment: {A: 022, B: 22:22, C: 1.50, D: no, E: ~}", "env", {"A": "18", "B": "22:22", "C": "1.5", "D": "no"}),
        ('ports: ["80"]', "publish", ["127.0.0.1::80"]),
        ('ports: ["0.0.0.0:8080:80"]', "publish", ["0.0.0.0:8080:80"]),
        ('ports: ["[::1]:8080:80/udp"]', "publish", ["[::1]:8080:80/udp"]),
        ("ports: [22:22]", "publish", ["127.0.0.1:22:22"]),
        ('ports: ["3000-3001:80-81"]', "publish", ["127.0.0.1:3000:80", "127.0.0.1:3001:81"]),
        ("ports: [{target: 80, published: 8080, app_protocol: http}]", "publish", ["127.0.0.1:8080:80"]),
        ('volumes: ["/a:/b:rslave,ro"]', "volume", ["/a:/b:ro,rslave"]),
        ('volumes: ["/abs:/d:z"]', "volume", ["/abs:/d:z"]),
        ("volumes: [/var/lib/data]", "volume", ["shop_web_var_lib_data:/var/lib/data"]),
        ("volumes: [./data/db:/d/]", "volume", ["shop_data_db:/d"]),
        ("volumes: [{type: tmpfs, target: /t, tmpfs: {size: 10m, mode: 0755}}]", "tmpfs", ["/t:size=10m,mode=0755"]),
        ("volumes: [{type: image, source: quay.io/a/c, target: /t}]", "mount", [{"type": "image", "source": "quay.io/a/c", "target": "/t"}]),
    ],
)  # fmt: skip
def test_becomes(tmp_path: Path, body: str, option: str, becomes: Any) -> None:
    made = service(tmp_path, body)
    assert made.get(option) == becomes
    apps.read([{"name": "shop", "containers": [made]}], set())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("bogus: 1", "services.web.bogus: no key of a service in the Compose specification; take it out, or mend its spelling."),
        ("command: a; b", "services.web.command: no shell runs it, so ; would not do what it says; write [sh, -c, '...']"),
        ("command: --url=http://x?a=1&b=2", "so & would not do"),
        ("command: a 'b", "was given, and a command with matching quotes is needed."),
        ("restart: sometimes", "'sometimes' was given, and no, always, on-failure[:TRIES] or unless-stopped is needed."),
        ("deploy: {restart_policy: {delay: 5s}}", "deploy.restart_policy.delay: Podman starts a container again at once"),
        ("deploy: {placement: {max_replicas_per_node: 1}}", "deploy.placement: only a Swarm does something with it"),
        ("deploy: {mode: global}", "deploy.mode: only a Swarm"),
        ("deploy: {resources: {reservations: {cpus: '1'}}}", "nothing reserves processors without a Swarm; write cpu_shares"),
        ("healthcheck: {test: [a, b]}", "a list that begins with CMD, CMD-SHELL or NONE, is needed."),
        ("healthcheck: {start_interval: 1s}", "the file leaves it to the image; write it in test as well."),
        ("healthcheck: {interval: soon}", "healthcheck.interval: 'soon' was given, and a duration such as"),
        ("logging: {driver: syslog}", "logging.driver: Podman has no driver syslog; write json-file, journald or none"),
        ("logging: {options: {max-file: '3'}}", "Podman keeps one file before the current one, and knows max-size and tag alone"),
        ("pull_policy: daily", "'daily' is no policy that Podman has; write one of always"),
        ("mem_limit: much", "mem_limit: 'much' was given, and a size such as 512m"),
        ("cpus: many", "cpus: 'many' was given"),
        ("init: maybe", "init: 'maybe' was given, and true or false is needed."),
        ("extra_hosts: {a: [192.0.2.1, 192.0.2.2]}", "extra_hosts.a: Podman's API takes one address for a name"),
        ("security_opt: ['seccomp:./x.json']", "the profile ./x.json lies beside the compose file"),
        ("security_opt: ['made:up']", "'made:up' is no security option of Podman; take it out."),
        ("gpus: [{driver: amd}]", "only processors of NVIDIA are known"),
        ("ports: ['3000-3010:80']", "services.web.ports[0]: Podman chooses no free port of the range 3000-3010; write one port of the host."),
        ("ports: ['80-82:80-81']", "has not as many host ports as container ports"),
        ("ports: ['8080:80:90']", "'8080' was given, and an address of the host is needed."),
        ("ports: ['a:80']", "a port such as 80, 8080:80"),
        ("ports: ['70000:80']", "a port such as 80, 8080:80"),
        ("ports: [{target: 80, protocol: http}]", "ports[0].protocol: 'http' was given, and tcp, udp or sctp is needed."),
        ("networks: [n]", "networks.n: the file declares no network n; declare it below networks."),
        ("networks: {default: {priority: 5}}", "networks.default.priority: Podman joins networks in no order of a file"),
        ("networks: {default: {link_local_ips: [169.254.8.8]}}", "Podman has none for one container in a network"),
        ("networks: [default]\nnetwork_mode: host", "a service with network_mode joins no networks"),
        ("ports: ['8080:80']\nnetwork_mode: host", "ports: a service with network_mode: host has no ports of its own"),
        ("network_mode: bogus", "'bogus' was given, and host, none, bridge, service:NAME or container:NAME is needed."),
        ("network_mode: service:nobody", "the service nobody is not there"),
        ("ipc: bogus", "ipc: 'bogus' was given, and one of private, host, shareable, none, service:NAME"),
        ("volumes: ['data:/d']", "the file declares no volume data; declare it below volumes, or write ./data for a folder."),
        ("volumes: ['/var/run/docker.sock:/var/run/docker.sock']", "would hand the container all of an engine"),
        ("volumes: ['~/data:/d']", "~/data is in a home, and nobody can tell whose"),
        ("volumes: ['../data:/d']", "../data lies outside of the folder of the compose file"),
        ("volumes: ['..:/d']", ".. lies outside of the folder"),
        ("volumes: ['./missing.conf:/d']", "there is nothing at ./missing.conf beside the compose file"),
        ("volumes: ['./missing:/d:ro']", "there is nothing at ./missing beside the compose file"),
        ("volumes: ['/a:/d:bogus']", "'bogus' is no mode of a volume"),
        ("volumes: ['/a:d']", "volumes[0].target: 'd' was given, and an absolute path in the container is needed."),
        ("volumes: ['C:\\\\x:/d']", "with paths as Linux has them"),
        ("volumes: [{type: npipe, source: x, target: /d}]", "mounts of type npipe"),
        ("volumes: [{type: volume, target: /d, volume: {subpath: x}}]", "volume.subpath: not every Podman mounts a folder of a volume"),
        ("secrets: [s]", "secrets[0]: the file declares no secret s"),
        ("configs: [c]", "configs[0]: the file declares no config c"),
        ("scale: 2\ncontainer_name: x", "container_name: 2 containers cannot have one name"),
        ("scale: 2\nports: ['80:80']", "ports: 2 containers cannot have one port of the host"),
        ("depends_on: {web: {condition: service_bogus}}", "was given, and one of service_started"),
    ],
)  # fmt: skip
def test_is_refused(tmp_path: Path, body: str, says: str) -> None:
    with pytest.raises(Failure) as caught:
        service(tmp_path, body)
    message = caught.value.message
    assert says in message
    assert message.startswith("compose.yaml: services.web")
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("row", services.REFUSED, ids=lambda row: row.key)
def test_keys_without_an_equivalent_are_refused_by_name(tmp_path: Path, row: services.Refused) -> None:
    with pytest.raises(Failure) as caught:
        service(tmp_path, f"{row.key}: something")
    assert caught.value.message == f"compose.yaml: services.web.{row.key}: {row.why}; {row.instead}."


def test_the_documentation_names_every_key() -> None:
    """What becomes something, what is read over, what is refused."""
    notes = " ".join(yaml.safe_load(lookup.DOCUMENTATION)["notes"])
    named = set(re.findall(r"C\(([a-z_]+)\)", notes))
    keys = {each.key for each in (*services.ROWS, *services.REFUSED)} | {
        *services.ELSEWHERE,
        *services.SILENT,
    }
    assert sorted(keys - named) == []
    assert sorted({*building.REFUSED, *building.SILENT} - named) == []


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ("networks: {n: {driver: macvlan}}", "networks.n.driver: rootless Podman has no network of the driver macvlan"),
        ("networks: {n: {driver: host}}", "write network_mode: host on the service."),
        ("networks: {n: {enable_ipv4: false}}", "networks.n.enable_ipv4"),
        ("networks: {n: {ipam: {driver: dhcp}}}", "networks.n.ipam: Podman leases addresses itself"),
        ("networks: {n: {ipam: {config: [{aux_addresses: {a: 192.0.2.1}}]}}}", "ipam.config[0].aux_addresses"),
        ("networks: {n: {bogus: 1}}", "networks.n.bogus: no key that the Compose specification has here"),
        ("networks: {n: }\nvolumes: {v: {driver: rexray}}", "volumes.v.driver: Podman has no driver rexray"),
        ("networks: {n: }\nvolumes: {v: {driver_opts: {type: nfs, o: addr=x, device: ':/y'}}}", "only root may mount a file system of type nfs"),
        ("networks: {n: }\nvolumes: {v: }\nsecrets: {s: {}}", "secrets.s: nothing says what it holds"),
        ("networks: {n: }\nvolumes: {v: }\nsecrets: {s: {environment: NOPE}}", "secrets.s.environment: the variable NOPE is not set"),
        ("networks: {n: }\nvolumes: {v: }\nsecrets: {s: {file: no.txt}}", "secrets.s.file: the file no.txt is not there"),
        ("networks: {n: }\nvolumes: {v: }\nsecrets: {s: {external: true}}\nconfigs: {c: {external: true}}", "no store of configs outside of a Swarm"),
    ],
)  # fmt: skip
def test_objects_are_refused(tmp_path: Path, extra: str, says: str) -> None:
    extra += "" if "configs" in extra else "\nconfigs: {c: {content: x}}"
    with pytest.raises(Failure) as caught:
        service(tmp_path, "networks: [n]\nvolumes: ['v:/v']\nsecrets: [s]\nconfigs: [c]", extra)
    assert says in caught.value.message


def test_objects_have_the_names_that_compose_gives_them(tmp_path: Path) -> None:
    text = """
services:
  a:
    image: x
    networks: [n, other, renamed]
    volumes: ["data:/a", "theirs:/b", "mine:/c", "unused_by_none:/d"]
    secrets: [s, {source: t, target: /run/secrets/u, mode: 0400, uid: "5"}]
networks: {n: {internal: true, enable_ipv6: true, labels: [a=b]}, other: {external: true}, renamed: {name: net}, unused: {}}
volumes: {data: , theirs: {external: true, name: old}, mine: {name: vol, labels: {a: 1}}, unused_by_none: , unused: }
secrets: {s: {environment: WORD}, t: {external: true}}
"""
    made = app(tmp_path, text, variables={"WORD": "secret"})
    assert made["networks"] == [
        {"name": "shop_n", "ipv6": True, "internal": True, "label": {"a": "b"}}, {"name": "net"},
    ]  # fmt: skip
    assert made["volumes"] == [
        {"name": "shop_data"}, {"name": "vol", "label": {"a": "1"}}, {"name": "shop_unused_by_none"},
    ]  # fmt: skip
    assert made["secrets"] == [{"name": "shop_s", "data": "secret"}]
    container = made["containers"][0]
    assert container["network"] == ["shop_n:alias=a", "other:alias=a", "net:alias=a"]
    assert container["volume"] == ["shop_data:/a", "old:/b", "vol:/c", "shop_unused_by_none:/d"]
    assert container["secrets"] == [
        {"name": "shop_s", "target": "s"}, {"name": "t", "target": "u", "uid": 5, "mode": "0400"},
    ]  # fmt: skip
    apps.read([made], set())


def test_files_beside_the_compose_file_travel(tmp_path: Path) -> None:
    files = {"conf/a.conf": "a", "conf/deep/run.sh": "#!/bin/sh\n", "one.txt": "1"}
    body = "volumes: ['./conf:/conf:ro', './one.txt:/one.txt']"
    (tmp_path / "conf" / "deep").mkdir(parents=True)
    (tmp_path / "conf" / "deep" / "run.sh").touch(mode=0o755)
    made = app(tmp_path, f"services:\n  web:\n    image: x\n    {body}\n", files)
    assert made["files"] == [
        {"path": "conf/a.conf", "content": "a"},
        {"path": "conf/deep/run.sh", "content": "#!/bin/sh\n", "mode": "0755"},
        {"path": "one.txt", "content": "1"},
    ]
    assert made["containers"][0]["volume"] == ["./conf:/conf:ro", "./one.txt:/one.txt"]
    (tmp_path / "conf" / "a.conf").write_bytes(b"\xff\xfe")
    with pytest.raises(Failure, match=r"volumes\[0\]: the file conf/a.conf cannot be read"):
        app(tmp_path)
    (tmp_path / "conf" / "a.conf").write_text("x" * (1 << 20) + "y", encoding="utf-8")
    with pytest.raises(Failure, match="conf has more than 1048576 bytes"):
        app(tmp_path)


def test_new_folders_can_be_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="the folder ./data has nothing in it on the controller"):
        service(tmp_path, "volumes: ['./data:/d']", new_folders="refuse")
    with pytest.raises(
        Failure, match="it would become the volume shop_data, which the file declares as well"
    ):
        service(tmp_path, "volumes: ['./data:/d', 'data:/e']", "volumes: {data: }\n")


def test_configs_are_files_with_the_rights_of_their_use(tmp_path: Path) -> None:
    text = """
services:
  a: {image: x, configs: [c, {source: d, target: /etc/d, uid: "7", mode: 0440}]}
  b: {image: x, configs: [{source: c, target: etc/c}]}
configs: {c: {content: "hi $$NAME"}, d: {file: d.txt}}
"""
    made = app(tmp_path, text, {"d.txt": "deep"})
    assert made["files"] == [
        {"path": ".configs/c", "content": "hi $NAME"},
        {"path": ".configs/a/d", "content": "deep", "owner": 7, "mode": "0440"},
    ]
    assert made["containers"][0]["volume"] == ["./.configs/c:/c:ro", "./.configs/a/d:/etc/d:ro"]
    assert made["containers"][1]["volume"] == ["./.configs/c:/etc/c:ro"]
    apps.read([made], set())


def test_needs_links_and_what_is_shared(tmp_path: Path) -> None:
    text = """
services:
  a: {image: x, links: ["b:store"], depends_on: {c: {condition: service_completed_successfully}, b: {condition: service_started, restart: true}}}
  b: {image: x, scale: 2}
  c: {image: x, network_mode: "service:d", volumes_from: ["d:ro", "container:other"], ipc: "service:d"}
  d: {image: x, container_name: dee, ipc: shareable}
"""
    made = app(tmp_path, text)
    a, b, other_b, c, d = made["containers"]
    assert a["depends_on"] == {"shop-b-1": "started", "shop-b-2": "started", "shop-c-1": "completed"}
    assert a["requires"] == ["shop-b-1", "shop-b-2"]
    assert b["network"] == other_b["network"] == ["shop_default:alias=b,alias=store"]
    assert c["network"] == ["container:dee"]
    assert c["volumes_from"] == ["dee:ro", "other"]
    assert c["depends_on"] == {"dee": "started"}
    assert (c["ipc"], d["ipc"]) == ("container:dee", "shareable")
    apps.read([made], set())


@pytest.mark.parametrize(
    ("image", "full"),
    [
        ("nginx", "docker.io/library/nginx"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("nginx@sha256:0", "docker.io/library/nginx@sha256:0"),
        ("grafana/grafana:11", "docker.io/grafana/grafana:11"),
        ("ghcr.io/a/b", "ghcr.io/a/b"),
        ("localhost/a", "localhost/a"),
        ("registry:5000/a", "registry:5000/a"),
    ],
)
def test_images_without_a_registry_are_those_of_docker_hub(image: str, full: str) -> None:
    assert full_name(image) == full


def names_in(context: str) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(context))) as tar:
        return sorted(tar.getnames())


def test_a_build_takes_its_context_along(tmp_path: Path) -> None:
    text = """
services:
  a:
    build:
      context: src
      dockerfile: docker/Dockerfile.web
      args: [A=1, B, C]
      secrets: [{source: s, target: token}]
      extra_hosts: {h: 192.0.2.1}
      pull: true
      no_cache: true
      cache_from: [x]
      tags: [localhost/a:new]
  b: {build: src, image: mine, platform: linux/arm64}
  c: {build: {context: src, dockerfile_inline: "FROM scratch"}}
secrets: {s: {file: s.txt}}
"""
    files = {
        "src/docker/Dockerfile.web": "FROM x", "src/Dockerfile": "FROM y", "src/a.txt": "a", "src/node_modules/b": "b",
        "src/.dockerignore": "node_modules\n", "s.txt": "hidden",
    }  # fmt: skip
    made = app(tmp_path, text, files, variables={"B": "2"})
    a, b, c = made["images"]
    assert [each["image"] for each in made["containers"]] == [
        "localhost/shop-a",
        "localhost/mine",
        "localhost/shop-c",
    ]
    assert names_in(a["build"].pop("context")) == [
        ".dockerignore", "Dockerfile", "a.txt", "docker", "docker/Dockerfile.web",
    ]  # fmt: skip
    assert a == {
        "name": "localhost/shop-a",
        "build": {
            "file": "docker/Dockerfile.web", "args": {"A": "1", "B": "2"}, "secrets": [{"id": "token", "data": "hidden"}],
            "add_host": ["h:192.0.2.1"], "pull": "always", "cache": False,
        },
        "tag": ["localhost/a:new"],
    }  # fmt: skip
    assert (b["platform"], set(b["build"])) == ("linux/arm64", {"context"})
    assert c["build"]["containerfile"] == "FROM scratch"
    apps.read([app(tmp_path, text, files)], set())


@pytest.mark.parametrize(
    ("build", "says"),
    [
        ("{context: https://example.com/x.git}", "build.context: a context that is fetched can be another one each time"),
        ("{context: nowhere}", "build.context: there is no folder nowhere beside the compose file"),
        ("{context: ., platforms: [linux/amd64, linux/arm64]}", "build.platforms: an image on a host is of one platform"),
        ("{context: ., network: mine}", "build.network: a build joins no network by name"),
        ("{context: ., bogus: 1}", "build.bogus: no key that the Compose specification has here"),
        *((f"{{context: ., {key}: x}}", f"build.{key}: {why}; {instead}.") for key, (why, instead) in building.REFUSED.items()),
    ],
)  # fmt: skip
def test_builds_are_refused(tmp_path: Path, build: str, says: str) -> None:
    with pytest.raises(Failure) as caught:
        service(tmp_path, f"build: {build}")
    assert says in caught.value.message


def test_a_context_that_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 8192)
    assert service(tmp_path, "build: .")
    (tmp_path / "noise").write_bytes(__import__("random").Random(1).randbytes(2 << 20))
    with pytest.raises(Failure, match="has more than 1048576 bytes when packed"):
        service(tmp_path, "build: .")


@pytest.mark.parametrize(
    ("services_text", "says"),
    [
        ("a: {image: x, ports: ['80:80']}, b: {image: x, ports: ['81:80']}", "services.b.ports: the services a and b both listen on port 80/tcp"),
        ("a: {image: x, expose: [80]}, b: {image: x, expose: ['80/tcp']}", "services.b.expose: the services a and b both listen on port 80/tcp"),
        ("a: {image: x, network_mode: host}", "services.a.network_mode: all containers of a pod have one network"),
        ("a: {image: x, hostname: h}", "services.a.hostname: all containers of a pod have one name of the host"),
        ("a: {image: x, scale: 2}", "services.a: a service has one container in a pod"),
        ("a: {image: x, networks: [n]}, b: {image: x}", "services.b.networks: the services a and b are in different networks"),
        ("a: {image: x, dns: 192.0.2.1}, b: {image: x, dns: 192.0.2.2}", "services: services say dns differently"),
        ("a: {image: x, sysctls: {a: 1}}, b: {image: x, sysctls: {a: 2}}", "services.b.sysctls.a: another service gives it another value"),
        ("a: {image: x, extra_hosts: {b: 192.0.2.1}}, b: {image: x}", "services.a.extra_hosts.b: it is 127.0.0.1 as well"),
        ("a: {image: x, depends_on: {b: {condition: service_healthy}}}, b: {image: x}", "none waits until another is healthy"),
    ],
)  # fmt: skip
def test_what_does_not_fit_into_a_pod(tmp_path: Path, services_text: str, says: str) -> None:
    with pytest.raises(Failure) as caught:
        app(tmp_path, f"services: {{{services_text}}}\nnetworks: {{n: }}\n", group="pod")
    assert says in caught.value.message
    assert caught.value.message.endswith("let the services have a network (group: network).")


def test_what_a_pod_has_instead_of_its_containers(tmp_path: Path) -> None:
    text = """
services:
  a: {image: x, dns: 192.0.2.1, sysctls: {net.a: 1}, extra_hosts: {h: 192.0.2.9}, links: ["b:store"], ports: ["8080:80"]}
  b: {image: x, userns_mode: keep-id, networks: {default: {aliases: [bee]}}, ports: ["53/udp"]}
"""
    made = app(tmp_path, text, group="pod")
    pod = made["pods"][0]
    assert "containers" not in made
    assert pod["publish"] == ["127.0.0.1:8080:80", "127.0.0.1::53/udp"]
    assert pod["add_host"] == {
        **dict.fromkeys(["a", "b", "bee", "store", "shop-a-1", "shop-b-1"], "127.0.0.1"), "h": "192.0.2.9",
    }  # fmt: skip
    assert (pod["dns"], pod["userns"], pod["sysctl"]) == (["192.0.2.1"], "keep-id", {"net.a": "1"})
    assert pod["containers"][0]["requires"] == ["shop-b-1"]
    apps.read([made], set())


def test_what_others_wait_for_has_to_come_to_an_end(tmp_path: Path) -> None:
    text = """
services:
  a: {image: x, depends_on: {b: {condition: service_completed_successfully}}}
  b: {image: x, restart: unless-stopped}
"""
    with pytest.raises(Failure) as caught:
        app(tmp_path, text)
    assert caught.value.message == (
        "compose.yaml: services.b.restart: it is unless-stopped, and another service waits until this one has completed; "
        "write no or on-failure."
    )


def test_choices_are_checked(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="group: 'heap' was given, and one of network, pod is needed"):
        service(tmp_path, "user: '1'", group="heap")


scalars = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(sorted({row.key for row in services.ROWS} | {*services.ELSEWHERE}))


@house
@given(st.dictionaries(keys, trees, max_size=3))
def test_any_service_becomes_a_container_or_is_refused_in_one_sentence(
    tmp_path_factory: Any, given_keys: dict[str, Any]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    text = yaml.safe_dump({"services": {"web": {"image": "x", **given_keys}}})
    try:
        app(folder, text)
    except Failure as failure:
        assert failure.message.endswith(".")


@house
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_one_sentence(tmp_path_factory: Any, text: str) -> None:
    try:
        documents(text)
    except Exception as error:
        assert type(error).__name__ == "MistakeError", error

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One compose file, brought up three times in one account: by podman-compose, by docker-compose over the account's socket, and
as an app of the lookup ``compose``. What Podman then shows of the containers has to be the same, but for what differs on purpose.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.host import Host
from support.prepare import BUSYBOX

from ansible_collections.rootless.podman.plugins.plugin_utils._compose.declaration import Choice, declared
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.project import loaded
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.reading import Request

ACCOUNT = "composed"
FILES = {
    "compose.yaml": """
name: same
services:
  store:
    image: ${IMAGE}
    init: true
    command: httpd -f -p 9000 -h /data
    volumes: ["data:/data"]
    user: "0"
    healthcheck: {test: ["CMD-SHELL", "test -d /data"], interval: 2s, timeout: 3s, retries: 5, start_period: 1s}
    restart: on-failure:3
  page:
    image: ${IMAGE}
    init: true
    entrypoint: [sh, -c]
    command: ['exec "$$0" -f -p 8080 -h "$$FOLDER"', httpd]
    environment: {FOLDER: /www, "QUOTED": 'a "b" $$c'}
    env_file: page.env
    ports: ["127.0.0.1:18195:8080", "127.0.0.1:18196:53/udp"]
    volumes: ["./www:/www:ro", "data:/data:ro"]
    tmpfs: ["/scratch"]
    working_dir: /tmp
    hostname: front-door
    labels: {org.example.tier: front}
    cap_drop: [NET_RAW]
    cap_add: [SYS_PTRACE]
    ulimits: {nofile: {soft: 512, hard: 1024}}
    extra_hosts: ["elsewhere:192.0.2.7"]
    networks: {default: {aliases: [door]}, back: }
    depends_on: {store: {condition: service_healthy}}
    stop_signal: SIGINT
    stop_grace_period: 3s
    restart: unless-stopped
    shm_size: 32m
    sysctls: {net.ipv4.ip_unprivileged_port_start: 0}
    read_only: true
networks: {default: , back: }
volumes: {data: }
""",
    ".env": f"IMAGE={BUSYBOX}\n",
    "page.env": "FROM_FILE='as it is $HOME'\nTWICE=1\n",
    "www/index.html": "the page\n",
}
SERVICES = ("store", "page")
# Over Podman's socket docker-compose sets no limits of processes. podman-compose wraps the check of a container into another
# shell, and says how long a stop may take only when it stops something itself.
OF_DOCKER_COMPOSE = {("page", "nofile")}
OF_PODMAN_COMPOSE = {("store", "health"), ("page", "stop")}
# Podman sets these in every container itself.
OWN = ("PATH", "HOSTNAME", "HOME", "TERM", "container")


def facts(inspect: dict[str, Any]) -> dict[str, Any]:
    """What a compose file decides of a container."""
    config, host = inspect["Config"], inspect["HostConfig"]
    env = dict(each.split("=", 1) for each in config["Env"] or [])
    return {
        "image": inspect["ImageName"],
        "command": [*(config["Entrypoint"] or []), *(config["Cmd"] or [])],
        "env": {name: value for name, value in env.items() if name not in OWN},
        "user": config["User"],
        "workdir": config["WorkingDir"],
        "hostname": config["Hostname"] if config["Hostname"] == "front-door" else "",
        "labels": {key: value for key, value in (config["Labels"] or {}).items() if key.startswith("org.")},
        "health": {key: (config.get("Healthcheck") or {}).get(key) for key in ("Test", "Interval", "Timeout", "Retries", "StartPeriod")},
        "restart": host["RestartPolicy"],
        "ports": {
            port: sorted((each["HostIp"], each["HostPort"]) for each in bound or [])
            for port, bound in (host["PortBindings"] or {}).items()
        },
        "mounts": sorted((each["Type"], each.get("Name", ""), each["Destination"], each["RW"]) for each in inspect["Mounts"]),
        "tmpfs": sorted(host["Tmpfs"] or {}),
        "networks": sorted(inspect["NetworkSettings"]["Networks"]),
        "capabilities": sorted(inspect["BoundingCaps"] or []),
        "hosts": sorted(each for each in host["ExtraHosts"] or [] if "elsewhere" in each),
        "stop": (config["StopSignal"], config["StopTimeout"]),
        "shm": host["ShmSize"],
        "read_only": host["ReadonlyRootfs"],
        "init": host["Init"],
        "nofile": [each for each in host["Ulimits"] if "NOFILE" in each["Name"].upper()],
    }  # fmt: skip


@pytest.fixture
def project(host: Host, tmp_path: Path) -> Iterator[Path]:
    """The project's folder here, and in the account's home, with the two programs installed."""
    host.run(
        "command -v docker-compose && command -v podman-compose || { apt-get -qq update && DEBIAN_FRONTEND=noninteractive "
        "apt-get -qq -y install --no-install-recommends docker-compose podman-compose >/dev/null; }"
    )
    if host.run("docker-compose version --short").startswith("1."):
        pytest.skip("the release has no docker-compose 2, and the one of before had other names")
    host.good("user", name=ACCOUNT)
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
        there = shlex.quote(f"$HOME/project/{name}")
        host.run_as(
            ACCOUNT, f"eval there={there}; mkdir -p $(dirname $there); cat > $there", stdin=content.encode()
        )
    yield tmp_path
    host.remove_account(ACCOUNT)


def containers(host: Host, separator: str) -> dict[str, dict[str, Any]]:
    """What Podman shows of the project's containers."""
    names = " ".join(f"same{separator}{service}{separator}1" for service in SERVICES)
    told = json.loads(host.run_as(ACCOUNT, f"podman inspect {names}"))
    return {service: facts(each) for service, each in zip(SERVICES, told)}


def differences(one: dict[str, Any], other: dict[str, Any]) -> set[tuple[str, str]]:
    """Services with the facts in which they are not the same."""
    return {
        (service, key)
        for service in SERVICES
        for key in one[service]
        if one[service][key] != other[service][key]
    }


def test_the_same_containers_as_others_make(host: Host, project: Path) -> None:
    """podman-compose joins its names with _ and adds no aliases of its own to compare; the rest is compared in full."""
    there = "cd $HOME/project; export DOCKER_HOST=unix://$XDG_RUNTIME_DIR/podman/podman.sock"
    host.run_as(ACCOUNT, f"{there}; podman-compose --in-pod false --project-name same up --detach")
    by_podman_compose = containers(host, "_")
    host.run_as(ACCOUNT, f"{there}; podman-compose --in-pod false --project-name same down --volumes")
    host.run_as(ACCOUNT, f"{there}; docker-compose --project-name same up --detach --quiet-pull")
    by_docker_compose = containers(host, "-")
    host.run_as(ACCOUNT, f"{there}; docker-compose exec store touch /data/marker; docker-compose down")

    app = app_of(project / "compose.yaml")
    assert host.good("apps", apps=[app])["changed"]
    assert not host.good("apps", apps=[app])["changed"]
    mine = containers(host, "-")
    assert differences(mine, by_docker_compose) <= OF_DOCKER_COMPOSE
    assert differences(mine, by_podman_compose) <= OF_PODMAN_COMPOSE
    for name in ("store:9000/marker", "same-store-1:9000/marker", "door:8080/index.html"):
        host.run_as(ACCOUNT, f"podman exec same-page-1 wget -q -O /dev/null http://{name}")

    # What docker-compose's container wrote belongs to the account, which is nobody in a container with the app's own map of ids.
    write = "podman exec same-store-1 touch /data/more 2>&1 || true"
    assert "Permission denied" in host.run_as(ACCOUNT, write)
    (project / "ids.yaml").write_text("services: {store: {userns_mode: host}}", encoding="utf-8")
    host.good("apps", apps=[app_of(project / "compose.yaml", project / "ids.yaml")])
    assert host.run_as(ACCOUNT, write) == ""


def app_of(*files: Path) -> dict[str, Any]:
    """The app that the lookup makes of compose files."""
    request = Request([str(file) for file in files], lambda path: Path(path).read_text(encoding="utf-8"))
    return declared(loaded(request), Choice(user=ACCOUNT))

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role rootless_host would give to each distribution, most of which cannot be booted here: rendered, not run."""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
HOSTS: dict[str, dict[str, str]] = {
    "debian-12": {"id": "debian", "version": "12", "codename": "bookworm", "family": "debian"},
    "debian-13": {"id": "debian", "version": "13", "codename": "trixie", "family": "debian"},
    "debian-testing": {"id": "debian", "version": "", "codename": "forky", "family": "debian"},
    "ubuntu-22.04": {"id": "ubuntu", "version": "22.04", "codename": "jammy", "family": "debian"},
    "ubuntu-24.04": {"id": "ubuntu", "version": "24.04", "codename": "noble", "family": "debian"},
    "fedora-43": {"id": "fedora", "version": "43", "codename": "", "family": "redhat"},
    "rhel-9": {"id": "rhel", "version": "9.6", "codename": "", "family": "redhat"},
    "almalinux-9": {"id": "almalinux", "version": "9.6", "codename": "", "family": "redhat"},
    "rocky-10": {"id": "rocky", "version": "10.0", "codename": "", "family": "redhat"},
}
# For each: what is among the packages, and what must not be.
PACKAGES = {
    "debian-12": ({"netavark", "slirp4netns", "iptables", "uidmap"}, {"passt"}),
    "debian-13": ({"netavark", "passt", "nftables", "python3-podman"}, {"slirp4netns", "iptables"}),
    "debian-testing": ({"netavark", "passt", "nftables", "python3-podman"}, {"slirp4netns"}),
    "ubuntu-22.04": (
        {"containernetworking-plugins", "slirp4netns"},
        {"netavark", "aardvark-dns", "passt", "python3-podman"},
    ),
    "ubuntu-24.04": ({"netavark", "slirp4netns", "iptables", "python3-podman"}, {"passt"}),
    "fedora-43": ({"shadow-utils-subid", "container-selinux", "passt"}, {"slirp4netns", "uidmap"}),
    "rhel-9": ({"shadow-utils-subid", "container-selinux", "passt", "slirp4netns"}, {"uidmap"}),
    "almalinux-9": ({"shadow-utils-subid", "container-selinux", "passt", "slirp4netns"}, {"uidmap"}),
    "rocky-10": ({"shadow-utils-subid", "container-selinux", "passt"}, {"slirp4netns", "uidmap"}),
}
SOURCES = {"debian-12": "backports", "ubuntu-22.04": "folder"}
STORAGE = {"debian-12", "ubuntu-22.04", "ubuntu-24.04"}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the role's variables and templates become, by host; one run of Ansible for all."""
    folder = tmp_path_factory.mktemp("rendered")
    inventory = {
        name: {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "distribution": {**each, "name": name},
        }
        for name, each in HOSTS.items()
    }
    (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": inventory}}), encoding="utf-8")
    told = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_FORKS": "3",
    }
    command = [Path(sys.executable).parent / "ansible-playbook", "-i", folder / "hosts.yml"]
    playbook = Path(__file__).parent / "render.yml"
    done = subprocess.run(
        [*command, "-e", json.dumps({"render_to": str(folder), "role_path": str(ROOT / "roles/rootless_host")}), playbook],
        env=told, text=True, capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    return {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in HOSTS}


@pytest.mark.parametrize("name", HOSTS)
def test_packages(rendered: dict[str, Any], name: str) -> None:
    packages = set(rendered[name]["packages"])
    needed, wrong = PACKAGES[name]
    # A family whose repositories are asked for podman-py installs it in a second step.
    needed = needed if HOSTS[name]["family"] == "debian" else needed - {"python3-podman"}
    assert needed | {"podman", "crun", "podman-docker", "firewalld", "ca-certificates"} <= packages
    assert not wrong & packages
    assert len(rendered[name]["packages"]) == len(packages)
    assert rendered[name]["python"] == SOURCES.get(name, "package")
    assert rendered[name]["storage"] is (name in STORAGE)
    # The look at the host asks for all of them; what is no name is the package manager's to understand.
    libraries = {"python3-podman", "python3-jmespath"}
    assert (packages | libraries) - set(rendered[name]["known"]) == {"jq=1.7"}


@pytest.mark.parametrize("name", HOSTS)
def test_files(rendered: dict[str, Any], name: str) -> None:
    files = rendered[name]["files"]
    assert json.loads(files["/etc/rootless.podman/ranges.json"]) == {"count": 70000}
    assert json.loads(files["/etc/containers/policy.json"]) == {"default": [{"type": "reject"}]}
    lookaside = yaml.safe_load(files["/etc/containers/registries.d/50-rootless-host.yaml"])
    assert lookaside == {"docker": {"r.example.com": {"use-sigstore-attachments": True}}}
    assert files["/etc/containers/nodocker"] == ""
    tomllib = pytest.importorskip("tomllib")
    assert tomllib.loads(files["/etc/containers/containers.conf.d/60-rootless-host.conf"]) == {
        "containers": {"log_size_max": 1048576, "env": ['A="b"\\c']}
    }
    storage = tomllib.loads(files["/etc/containers/storage.conf"])["storage"]
    assert storage["rootless_storage_path"] == "/srv/$USER"
    assert storage["options"]["overlay"] == {"mountopt": "nodev"}
    registries = tomllib.loads(files["/etc/containers/registries.conf.d/50-rootless-host.conf"])
    assert registries["registry"][0]["mirror"] == [{"location": "m.example.com", "insecure": False}]
    journal = configparser.ConfigParser()
    journal.read_string(files["/etc/systemd/journald.conf.d/50-rootless-host.conf"])
    assert journal["Journal"]["SystemMaxUse"] == "1G"
    timer = files["/etc/systemd/user/rootless-host-prune.timer"]
    assert "ConditionUser=|carol\nConditionUser=|dave\n" in timer
    assert "OnCalendar=weekly" in timer
    assert 'rootless_host_accounts="carol"' in files["/etc/profile.d/rootless-host-docker.sh"]
    nft = files["/etc/rootless.podman/firewall.nft"]
    assert "tcp dport 2222 accept" in nft
    assert "tcp dport 8081 accept" in nft
    assert "udp dport 9000-9010 accept" in nft
    assert "8080" not in nft
    assert '<port protocol="tcp" port="8081"/>' in files["/etc/firewalld/services/rootless-host.xml"]

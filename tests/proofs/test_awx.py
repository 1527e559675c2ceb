# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As AWX runs it: ansible-runner, the built collection in an environment with nothing else, answers of surveys as variables.

What runner keeps of a job is looked through for the secret. AWX itself is not there; its job templates are held against the
modules of awx.awx, where that collection can be had.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.host import CHECKOUT, Host
from support.site import FOLDER, WORD, page, prepared

# What AWX adds to the variables of every job.
AWX: dict[str, Any] = {
    f"{prefix}_{key}": value
    for prefix in ("awx", "tower")
    for key, value in {
        "job_id": 7, "job_launch_type": "manual", "job_template_id": 3, "job_template_name": "rootless site", "user_id": 1,
        "user_name": "admin", "user_email": "", "user_first_name": "", "user_last_name": "", "project_revision": 40 * "0",
        "project_scm_branch": "main", "inventory_id": 1, "inventory_name": "servers",
    }.items()
}  # fmt: skip
# The last package that carries awx.awx.
CARRIER = "ansible==10.7.0"


def call(folder: Path, *words: str, env: dict[str, str] | None = None) -> str:
    """Run a command in a folder; its stdout."""
    done = subprocess.run(words, check=False, capture_output=True, cwd=folder, text=True, env=env)
    assert done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment of its own: ansible-core, ansible-runner, the built collection, and no checkout."""
    folder = tmp_path_factory.mktemp("clean")
    call(folder, sys.executable, "-m", "venv", "venv")
    call(folder, "venv/bin/pip", "-q", "install", "ansible-core", "ansible-runner")
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, files.stdout.decode().split("\0")):
        if (CHECKOUT / name).is_file():
            (folder / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / "tree" / name)
    call(folder, "venv/bin/ansible-galaxy", "collection", "build", "tree", "--output-path", "built")
    artifact = next((folder / "built").glob("rootless-podman-*.tar.gz"))
    call(
        folder,
        "venv/bin/ansible-galaxy",
        "collection",
        "install",
        str(artifact),
        "--offline",
        "-p",
        "collections",
    )
    return folder


def job(clean: Path, host: Host, name: str, **answers: Any) -> tuple[dict[str, int], str, str]:
    """One job: its recap, its output, and all that runner keeps of it."""
    private = clean / "jobs" / f"{name}-{len(list(clean.glob('jobs/*')))}"
    for each in ("inventory", "env", "project"):
        (private / each).mkdir(parents=True)
    shutil.copytree(clean / "tree" / "playbooks", private / "project" / "playbooks")
    (private / "inventory" / "hosts.yml").write_text(
        yaml.safe_dump({"all": {"hosts": {host.name: host.facts}}})
    )
    declared = yaml.safe_load((FOLDER / "variables.yml").read_text(encoding="utf-8"))
    extra = {**declared, "site_folder": str(FOLDER), **AWX, **answers}
    (private / "env" / "extravars").write_text(json.dumps(extra), encoding="utf-8")
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(clean / "collections"),
        "ANSIBLE_HOST_KEY_CHECKING": "False",
    }
    (private / "env" / "envvars").write_text(json.dumps(environment), encoding="utf-8")
    done = subprocess.run(
        [clean / "venv/bin/ansible-runner", "run", private, "-p", f"playbooks/{name}.yml", "--ident", "1", "-v"],
        env={"PATH": f"{clean / 'venv/bin'}:{os.environ['PATH']}", "HOME": str(clean)},
        text=True, capture_output=True, check=False, timeout=900,
    )  # fmt: skip
    kept = private / "artifacts" / "1"
    assert (kept / "status").read_text() == "successful", done.stdout[-5000:] + done.stderr[-2000:]
    events = [json.loads(path.read_text()) for path in sorted((kept / "job_events").glob("*.json"))]
    stats = next(each["event_data"] for each in events if each["event"] == "playbook_on_stats")
    everything = "".join(path.read_text(errors="replace") for path in kept.rglob("*") if path.is_file())
    return (
        {key: stats[key].get(host.name, 0) for key in ("changed", "ok", "failures")},
        done.stdout,
        everything,
    )


def test_jobs_as_awx_starts_them_and_what_is_kept_of_them(host: Host, clean: Path) -> None:
    survey = {"rootless_hosts": "all", "rootless_serial": "100%", "rootless_apps_prune": "false"}
    with prepared(host):
        recap, _told, kept = job(clean, host, "site", **survey)
        assert recap["changed"] > 0
        assert page(host) == "open all day"
        assert WORD not in kept
        recap, told, kept = job(clean, host, "site", **survey)
        assert recap["changed"] == 0, told[-3000:]
        assert WORD not in kept
        some = {**survey, "rootless_apps_only": "shop, blog"}
        recap, _told, kept = job(
            clean, host, "deploy", **some, site_text="by a survey", site_word=f"{WORD}-anew"
        )
        assert recap["changed"] == 1
        assert page(host) == "by a survey"
        assert WORD not in kept
        _recap, _told, kept = job(
            clean, host, "rollback", rootless_hosts="all", rootless_apps_only="shop", rootless_apps_release=0
        )
        assert page(host) == "open all day"
        assert WORD not in kept
        job(clean, host, "decommission", rootless_apps_only="shop", rootless_apps_remove_data="false")
        assert "shop-stock" in host.run_as("it-shop", "podman volume ls --quiet")


def test_job_templates_are_what_the_modules_of_awx_take(clean: Path) -> None:
    pip = [clean / "venv/bin/pip", "-q", "download", "--no-deps", "-d", clean / "carrier", CARRIER]
    if subprocess.run(pip, check=False, capture_output=True).returncode:
        pytest.skip(f"{CARRIER} with the collection awx.awx cannot be had here")
    with zipfile.ZipFile(next((clean / "carrier").glob("*.whl"))) as wheel:
        for name in wheel.namelist():
            if name.startswith("ansible_collections/awx/"):
                wheel.extract(name, clean / "others")
    told = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": f"{clean / 'collections'}:{clean / 'others'}",
        "HOME": str(clean),
    }
    call(clean, "venv/bin/ansible-playbook", "--syntax-check", "rootless.podman.awx", env=told)
    tasks = yaml.safe_load((CHECKOUT / "playbooks/awx.yml").read_text(encoding="utf-8"))[0]["tasks"]
    used = {name: set(task[name]) for task in tasks for name in task if name.startswith("awx.awx.")}
    assert set(used) == {"awx.awx.project", "awx.awx.job_template"}
    for name, options in used.items():
        doc = json.loads(call(clean, "venv/bin/ansible-doc", "--json", name, env=told))[name]["doc"]
        assert options <= set(doc["options"])

# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import re
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from testbed_lib import cli, commands, errors, needs, network, nspawn, power, qemu, recipe, record, subnet

HOST = record.Host(Path("/state/hosts/web"), "web", "trixie", False, "tb", vm=True).with_subnet(
    subnet.Subnet(7, IPv4Network("10.213.0.28/30"))
)


def test_kinds_and_the_bases_they_are_made_from() -> None:
    kinds = {
        (bare, vm): replace(HOST, bare=bare, vm=vm).kind for bare in (False, True) for vm in (False, True)
    }
    assert set(kinds.values()) == set(recipe.KINDS)
    assert kinds[False, True] == "vm"
    assert all(recipe.is_vm(kind) is vm for (_bare, vm), kind in kinds.items())
    assert recipe.PARENT[kinds[True, True]] == kinds[True, False]
    assert recipe.PARENT[kinds[False, True]] == kinds[False, False]


def test_a_record_of_a_time_without_virtual_machines_is_read(tmp_path: Path) -> None:
    words = {"name": "web", "release": "trixie", "bare": True, "prefix": "tb", "complete": True}
    (tmp_path / "host.json").write_text(json.dumps(words))
    host = record.load(tmp_path)
    assert host is not None
    assert host.kind == "bare"


def test_what_a_host_runs_in() -> None:
    assert power.vessel(HOST) is qemu
    assert power.vessel(replace(HOST, vm=False)) is nspawn


def test_the_kernel_is_told_the_address_of_this_boot() -> None:
    line = qemu.kernel_line(HOST, "1400")
    assert "testbed.address=10.213.0.30/30 testbed.gateway=10.213.0.29 testbed.mtu=1400" in line
    told = recipe.VM_FILES["etc/testbed-network"]
    assert all(f"{word}=*" in told for word in re.findall(r"testbed\.[a-z]+", line))


def test_cards_differ_and_are_locally_administered() -> None:
    assert qemu.mac_address(HOST) == "52:54:0a:d5:00:1e"
    assert int(qemu.mac_address(HOST)[:2], 16) & 3 == 2


@pytest.mark.parametrize(
    ("accelerator", "words"), [("kvm", "-accel kvm -cpu host"), ("tcg", "-accel tcg"), ("", "-accel tcg")]
)
def test_the_processor_is_emulated_unless_kvm_was_chosen(
    accelerator: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "mtu_of", lambda host: "1500")
    command = qemu.command(replace(HOST, accelerator=accelerator))
    assert words in " ".join(command)
    assert f"tap,id=cable,ifname={HOST.veth},script=no,downscript=no" in command


def test_a_comma_in_a_path_is_no_further_option() -> None:
    assert qemu.escaped(Path("/a,b/disk.img")) == "/a,,b/disk.img"


def test_kvm_is_tried_only_where_the_processor_offers_it(tmp_path: Path) -> None:
    device, cpuinfo = tmp_path / "kvm", tmp_path / "cpuinfo"
    cpuinfo.write_text("flags : fpu vmx sse\n")
    assert not qemu.may_have_kvm(device, cpuinfo)
    device.touch()
    assert qemu.may_have_kvm(device, cpuinfo)
    cpuinfo.write_text("flags : fpu svm_lock sse\n")
    assert not qemu.may_have_kvm(device, cpuinfo)


def test_packages_for_virtual_machines_are_asked_for_only_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs.shutil, "which", lambda tool: None)
    assert "qemu-system-x86" in needs.missing_packages(vm=True)
    assert "qemu-system-x86" not in needs.missing_packages()


def test_another_processor_is_a_sentence() -> None:
    needs.check_processor("x86_64")
    with pytest.raises(
        errors.TestbedError, match=r"^--vm needs an x86_64 machine, and this one is aarch64: "
    ):
        needs.check_processor("aarch64")


def test_a_name_stays_what_it_was() -> None:
    there = replace(HOST, complete=True)
    commands.check_same(there, None, bare=False, vm=False)
    commands.check_same(there, "trixie", bare=False, vm=True)
    with pytest.raises(errors.TestbedError, match="taken by a podman trixie host"):
        commands.check_same(replace(there, vm=False), None, bare=False, vm=True)


def test_up_takes_vm() -> None:
    assert cli.parse(["up", "web", "--vm"]).vm
    assert not cli.parse(["up", "web"]).vm

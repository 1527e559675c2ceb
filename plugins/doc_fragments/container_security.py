# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options about what separates a container from the account; they mirror _resources/container_rows/security.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Namespaces, capabilities and profiles."""

    DOCUMENTATION = r"""
options:
  userns:
    description:
      - Whom the ids inside are outside.
      - V(nomap) makes all of them subordinate ids. B(It is the one to use.) Nothing that breaks out of the container is the account then, and the
        mapping is the same for every container of the account, so volumes can be shared and survive replacements.
      - V(host), which is Podman's default, makes root inside the account itself.
      - V(keep-id) makes the account the same uid inside, or another one (V(keep-id:uid=1000,gid=1000)).
      - V(auto) gives each container some ids of its own, 1024 or more. A range of 65536 is soon used up by that, and a replacement gets other
        ids, so it cannot read what its predecessor left in a volume.
      - C(container:NAME), C(ns:PATH) and V(private) are taken too.
    type: str
    aliases: [userns_mode]
  uidmap:
    description:
      - >-
        Which uids inside are which outside, as lines of C(INSIDE:OUTSIDE:COUNT). B(Outside counts from the account): 0 is the account itself, 1 its
        first subordinate id.
      - When only one of O(uidmap) and O(gidmap) is said, it counts for both. Not beside O(userns).
    type: list
    elements: str
  gidmap:
    description:
      - Which gids inside are which outside, see O(uidmap).
    type: list
    elements: str
  ipc:
    description:
      - The IPC namespace, V(private), V(shareable), V(host), V(none), C(container:NAME) or C(ns:PATH). V(shareable) when left out, and in a pod the
        pod's where it shares that.
    type: str
    aliases: [ipc_mode]
  pid:
    description:
      - The PID namespace, V(private), V(host), C(container:NAME) or C(ns:PATH). V(private) when left out, and in a pod the pod's where it shares
        that.
      - With V(host) it sees all processes of the host that the account may see.
    type: str
    aliases: [pid_mode]
  uts:
    description:
      - The UTS namespace (host name), V(private), V(host), C(container:NAME) or C(ns:PATH). V(private) when left out, and in a pod the pod's where
        it shares that.
    type: str
  cgroupns:
    description:
      - The cgroup namespace, V(private), V(host), C(container:NAME) or C(ns:PATH). V(private) when left out.
    type: str
  cap_add:
    description: Capabilities that it gets, with or without C(CAP_), in any case.
    type: list
    elements: str
    aliases: [capabilities]
  cap_drop:
    description: Capabilities that it loses. V([all]) takes all of them, which most images can live with when they get the right O(container_user).
    type: list
    elements: str
  security_opt:
    description:
      - Security options, V(no-new-privileges), C(label=), C(mask=), C(unmask=), C(proc-opts=), C(seccomp=), C(apparmor=) or
        V(systempaths=unconfined).
      - A C(seccomp=) profile is a path on the host.
    type: list
    elements: str
  seccomp_policy:
    description:
      - V(image) takes the seccomp profile that the image carries in its label C(io.containers.seccomp.profile), V(default) Podman's. An image
        without one cannot have V(image).
    type: str
    choices: [default, image]
  privileged:
    description: Switch off what separates it from the account, such as masks, seccomp and dropped capabilities. It never gets more than the account has.
    type: bool
  sysctl:
    description:
      - Kernel settings of the container's own namespaces, as a map, such as those below C(net.). With one of the whole host (C(vm.swappiness)) the
        container does not start.
      - With C(net.ipv4.ip_unprivileged_port_start) set to V(0) it can listen on ports below 1024 without a capability.
    type: dict
"""

#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: network
short_description: Networks of a rootless account
version_added: 0.1.0
description:
  - Makes and removes networks, on which an account's containers reach each other by name. Networks of different accounts do not see each
    other.
  - Podman changes the servers of O(dns) on an existing network in place, and nothing else. A network that differs in anything else is removed
    and made anew while no container has joined it. While one has, the task is refused with the names of the options that differ and of the
    containers, unless O(reconnect=true) lets them be taken off and connected again.
  - It also connects containers that are there already, running or not, and takes them off (O(connected), O(disconnected), O(exact)).
  - When a step fails, those before it are undone. The old network is made once more and its containers are connected again. A run that was
    killed while containers were off the network is finished by the next one.
  - An option that was taken out of the task counts as a difference too, because what was declared when the network was made is remembered
    on it. A network that something else made is taken over when it is as declared, see RV(adopted).
options:
  name:
    description: The network's name.
    type: str
    required: true
  state:
    description:
      - V(present) makes the network when it is missing.
      - V(absent) removes it. This is refused while containers use it.
    type: str
    choices: [present, absent]
    default: present
  driver:
    description:
      - V(bridge) (when left out), V(macvlan), V(ipvlan), or the name of a plugin of netavark's.
      - Of a rootless account only V(bridge) leads anywhere. The others join an interface of the account's own network namespace, not one of
        the host's.
    type: str
  subnet:
    description: The addresses of the network, such as V(10.90.0.0/24) or V(fd00:90::/64). Podman chooses a free subnet when left out.
    type: str
  gateway:
    description: The address of the gateway, the first one of O(subnet) when left out. It needs O(subnet).
    type: str
  ip_range:
    description:
      - The part of O(subnet) from which containers without an address of their own get one, as a smaller subnet (V(10.90.0.128/25)) or as first
        and last address (V(10.90.0.10-10.90.0.20)). It needs O(subnet).
    type: str
  net_config:
    description:
      - Several subnets, each with a gateway and a range of its own, instead of O(subnet), O(gateway) and O(ip_range).
      - At most one of IPv4 and one of IPv6 is used for a container's addresses.
    type: list
    elements: dict
    suboptions:
      subnet:
        description: The addresses, such as V(10.90.0.0/24).
        type: str
        required: true
      gateway:
        description: The address of its gateway, the first one when left out.
        type: str
      ip_range:
        description: As O(ip_range).
        type: str
  ipv6:
    description: Whether the network has IPv6 as well. Podman chooses a subnet for it.
    type: bool
  internal:
    description: Whether containers on it reach nothing but each other. Ports that they publish can still be reached from outside.
    type: bool
  disable_dns:
    description: Whether containers cannot find each other by name.
    type: bool
  dns:
    description:
      - Addresses of the servers that answer for names outside of the network, in their order, instead of the host's. Needs Podman 4.4 or newer.
      - They are changed in place, and running containers use the new ones at once. When it is left out, the servers that an earlier task gave
        are taken away.
    type: list
    elements: str
  route:
    description:
      - Routes that containers get, each as V(DESTINATION,GATEWAY) or V(DESTINATION,GATEWAY,METRIC), in any order. Needs Podman 4.6 or newer.
    type: list
    elements: str
    aliases: [routes]
  ipam_driver:
    description:
      - What gives containers their addresses. V(host-local) does it out of the subnet, V(dhcp) asks a server, for which V(macvlan) and
        V(ipvlan) networks need a running DHCP proxy, and V(none) leaves containers without.
    type: str
    choices: [host-local, dhcp, none]
  opt:
    description:
      - Options of the driver. A bridge knows C(mtu), C(vlan), C(isolate) (V(true), or V(strict) with a newer Podman), C(metric) (Podman 4.4),
        C(no_default_route) (4.6), C(vrf) (4.8) and C(mode) (V(unmanaged) for a bridge that something else keeps). C(macvlan) and C(ipvlan)
        know C(mode), C(metric), C(no_default_route) and C(bclim) (4.6).
      - The names of other tools are understood as well. C(driver_mtu) and C(com.docker.network.driver.mtu) mean C(mtu), and C(bridge_name) and
        C(parent) mean O(interface_name).
    type: dict
    aliases: [options]
  interface_name:
    description:
      - The name of the bridge in the account's network namespace, or of the interface there that V(macvlan) and V(ipvlan) join.
    type: str
  label:
    description: Labels, as a map.
    type: dict
    aliases: [labels]
  recreate:
    description:
      - Remove the network and make it anew, in every run that says it, also when nothing differs.
      - It does not take away containers that use the network. The task is refused then as well, unless it says O(reconnect).
    type: bool
    default: false
  reconnect:
    description:
      - Make a network anew that containers use and that differs. They are taken off it, running on, and connected again under the same aliases.
        Connections over it break, and most containers get another address.
      - Podman does not tell whether an address is fixed. A container that may have one, from the way in which it was made, is refused until
        O(connected) names it, with its address or by its name alone.
    type: bool
    default: false
  connected:
    description:
      - Containers that have to be on the network, each by its name or as a map of C(name), C(ip), C(ip6), C(mac), C(aliases) and
        C(interface_name). They must exist. Others may be on it as well, unless O(exact) says otherwise.
      - A container is connected while it runs. One that is on the network with another address or without one of the aliases is taken off and
        connected again. A stopped container shows no address, and no container the name of its interface, so these are not compared then.
      - This is for containers that are declared elsewhere, or by nobody. M(rootless.podman.container) knows what was connected here and leaves
        it. A container that it makes anew has to be connected anew, so this task comes after it. Where both are declared together, naming the
        network in C(network) of M(rootless.podman.container) is simpler. A container in a pod uses the network of the pod, whose infra
        container would be the one to connect.
      - A container in a unit is made anew whenever its service starts, and is then only on the networks that its unit names. The next run of
        this task connects it again.
    type: list
    elements: raw
  disconnected:
    description: Containers that must not be on the network. One that is not, or does not exist, is left alone.
    type: list
    elements: str
  exact:
    description: Whether O(connected) lists all containers, so that every other one is taken off. With an empty list that is all of them.
    type: bool
    default: false
extends_documentation_fragment:
  - rootless.podman.account
notes:
  - Containers on a network see the address of the network's gateway instead of that of whoever talks to them through a published port. A
    container without a network of its own sees the real one with Podman 5.
seealso:
  - module: rootless.podman.container
  - module: rootless.podman.pod
  - name: podman network create
    description: Drivers and their options.
    link: https://docs.podman.io/en/latest/markdown/podman-network-create.1.html
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account that the networks belong to
  rootless.podman.user:
    name: shop

- name: A network on which containers find each other by name
  rootless.podman.network:
    user: shop
    name: shop-front

- name: A network for the database, without a way out, and with addresses of our choice
  rootless.podman.network:
    user: shop
    name: shop-db
    internal: true
    subnet: 10.90.0.0/24
    ip_range: 10.90.0.128/25

- name: A container on both, with a fixed address on one of them
  rootless.podman.container:
    user: shop
    name: shop-networked
    image: docker.io/library/busybox:1.37
    command: [sleep, infinity]
    init: true
    network:
      - shop-front
      - shop-db:ip=10.90.0.10

- name: A network that a container joins which something else made
  rootless.podman.network:
    user: shop
    name: shop-monitoring
    connected:
      - name: shop-networked
        aliases: [shop]

- name: The same network with other name servers, which needs no new one
  rootless.podman.network:
    user: shop
    name: shop-monitoring
    dns: [9.9.9.9]
    connected:
      - name: shop-networked
        aliases: [shop]

- name: Another MTU needs another network, for which its container leaves it for a moment
  rootless.podman.network:
    user: shop
    name: shop-monitoring
    opt:
      mtu: 1400
    reconnect: true
    connected:
      - name: shop-networked
        aliases: [shop]

- name: Nobody is on it any more
  rootless.podman.network:
    user: shop
    name: shop-monitoring
    opt:
      mtu: 1400
    connected: []
    exact: true

- name: Remove a network that nothing uses any more
  rootless.podman.network:
    user: shop
    name: shop-old
    state: absent
"""

RETURN = r"""
network:
  description: The network. Empty when there is none, as in check mode before it is made.
  returned: O(state=present)
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    id:
      description: Its ID.
      type: str
    driver:
      description: Its driver.
      type: str
    network_interface:
      description: The name of the bridge in the account's network namespace.
      type: str
    subnets:
      description: Its subnets, each with C(subnet), C(gateway) and, where one is declared, C(lease_range).
      type: list
      elements: dict
    dns_enabled:
      description: Whether containers find each other by name.
      type: bool
    internal:
      description: Whether containers on it reach nothing else.
      type: bool
    ipv6_enabled:
      description: Whether it has IPv6.
      type: bool
  sample:
    name: shop-db
    id: 6d4a9bf9dbd0d8b9a7d8f4d1fb1ff5f22a8e5c30d5a5b2c8f3d45ef1a2b3c4d5
    driver: bridge
    network_interface: podman1
    subnets:
      - {"subnet": "10.90.0.0/24", "gateway": "10.90.0.1", "lease_range": {"start_ip": "10.90.0.129", "end_ip": "10.90.0.254"}}
    dns_enabled: true
    internal: true
    ipv6_enabled: false
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when all is as declared.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update), V(replace), V(remove), V(connect) or V(disconnect).
      type: str
    kind:
      description: The kind of the object, V(network), or V(container) for one that is connected or taken off.
      type: str
    name:
      description: The object's name.
      type: str
    reasons:
      description: The options that led to it. Empty where the object's presence or absence is the reason.
      type: list
      elements: dict
      contains:
        option:
          description: The option's name.
          type: str
        why:
          description:
            - V(declared) for an option of a new object, or of one without a record of ours, V(changed) for one that the task says differently now,
              V(removed) for one that it no longer says, V(drift) for one that was changed by hand.
          type: str
        before:
          description: What was there, null for nothing. Values that may be secret are not shown.
          type: raw
        after:
          description: What the task declares, null for Podman's default.
          type: raw
  sample:
    - action: create
      kind: network
      name: shop-db
      reasons:
        - {"option": "internal", "why": "declared", "before": null, "after": true}
adopted:
  description:
    - Whether there was such a network without a record of ours, made by hand or by another tool, and it was as the task declares.
    - Nothing is changed on it then. As nobody knows what it was made with, an option that is not declared is not looked at either.
  returned: O(state=present)
  type: bool
  sample: false
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 4
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._network_road import (
    ARGUMENTS,
    CONSTRAINTS,
    NetworkRoad,
)


def main() -> None:
    """Bring one network to what the task declares."""
    run_in_account(
        lambda task, engine, key: NetworkRoad(task, engine, key).travel(), ARGUMENTS, **CONSTRAINTS
    )


if __name__ == "__main__":
    main()

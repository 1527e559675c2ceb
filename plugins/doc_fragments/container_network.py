# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options about the networks that a container joins and the names that it knows; they mirror _resources/container_rows/network.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Ports, networks, addresses and names."""

    DOCUMENTATION = r"""
options:
  publish:
    description:
      - Ports that the host passes on, as C([[IP:]HOST:]CONTAINER[/PROTOCOL]). Ranges have as many ports on both sides
        (V(9000-9010:9000-9010)). Without a host port Podman chooses one.
      - B(A port without an address is open on all addresses of the host.) V(127.0.0.1:8080:80) is for the host alone, for instance for a proxy.
      - Not beside the network of the host, of another container, or none. Podman would publish nothing there.
      - An account can usually not bind host ports below 1024.
      - Quote ports. YAML takes V(22:22) for a number.
    type: list
    elements: str
    aliases: [ports, published, published_ports]
  publish_all:
    description:
      - Publish all ports that the image and O(expose) name, on all addresses of the host, each on a port that Podman chooses. RV(container.ports)
        tells which.
    type: bool
  expose:
    description:
      - Ports that the container is said to listen on (V(8080), V(53/udp), V(9000-9010)), without publishing them. O(publish_all) does that.
    type: list
    elements: str
    aliases: [exposed, exposed_ports]
  network:
    description:
      - The networks to join, by name, each with C(ip), C(ip6), C(mac), C(alias) or C(interface_name) behind a colon where needed
        (V(shop-db:ip=10.90.0.10,alias=db)). M(rootless.podman.network) makes networks.
      - Or one mode, which is V(bridge) (Podman's own network C(podman), on which names are not resolved), V(host), V(none), V(private),
        V(pasta), V(slirp4netns) (both with options behind a colon), C(container:NAME) or C(ns:PATH).
      - When left out, the container has a network of its own by C(pasta), by C(slirp4netns) with Podman 4.
      - A network to which the C(connected) of its own task connects the container is no difference here. One that a hand did is.
      - Containers on a network see its gateway's address instead of that of whoever talks to a published port.
      - With V(host) the container reaches every port on the host's loopback address, those of all other accounts too.
    type: list
    elements: str
    aliases: [net, network_mode, networks]
  network_aliases:
    description: Further names of the container on its networks. Without O(network) it joins Podman's network C(podman) for them.
    type: list
    elements: str
    aliases: [network_alias]
  ip:
    description:
      - A fixed IPv4 address on its network. Needs one network in O(network), or none, which stands for Podman's network C(podman). With several
        networks write it behind the network's name.
    type: str
  ip6:
    description:
      - A fixed IPv6 address on its network, see O(ip).
    type: str
  mac_address:
    description:
      - A fixed hardware address on its network, such as V(92:d0:c6:0a:29:33), see O(ip).
    type: str
  dns:
    description:
      - Name servers, in their order, instead of the host's. V(none), alone, leaves C(/etc/resolv.conf) as the image has it, and cannot stand beside
        O(dns_search) and O(dns_option).
    type: list
    elements: str
    aliases: [dns_servers]
  dns_search:
    description:
      - Search domains, in their order, instead of the host's. V([.]) is none.
    type: list
    elements: str
    aliases: [dns_search_domains]
  dns_option:
    description: Options of the resolver, such as V(ndots:2).
    type: list
    elements: str
    aliases: [dns_opts]
  etc_hosts:
    description:
      - Lines for C(/etc/hosts), as a map from name to address. The address V(host-gateway) is the host's. Not beside O(no_hosts).
    type: dict
    aliases: [add_hosts]
  hosts_file:
    description:
      - What C(/etc/hosts) is made from. A path on the host, V(image) for the image's own file, or V(none). The host's C(/etc/hosts) when left out.
        Podman adds its own lines and those of O(etc_hosts).
      - Needs Podman 5.4 or newer.
    type: str
  no_hosts:
    description:
      - Leave C(/etc/hosts) as the image has it, without a name for the container itself or for the host. An image that has none stays without.
    type: bool
  hostname:
    description:
      - The host name inside. The container's short ID when left out. Not beside O(uts=host).
    type: str
  no_hostname:
    description:
      - Leave C(/etc/hostname) as the image has it. The host name itself stays.
      - Needs Podman 5.4 or newer.
    type: bool
"""

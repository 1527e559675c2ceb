#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pod
short_description: Pods of a rootless account, with their containers
version_added: 0.1.0
description:
  - Brings a pod, and the containers in it, to what the task declares, in one go. The containers of a pod reach each other on C(localhost), and
    share its published ports and its user namespace.
  - Every run compares the pod and each container with what is declared, and does as little as it can. A container that differs is changed in
    place or replaced, as M(rootless.podman.container) does it, and the others go on running. Containers that require or share namespaces
    with a replaced one are replaced with it.
  - Podman cannot change anything on an existing pod. B(A pod that differs from the task is made anew with all its containers.) This is tried
    out under the name C(NAME.rp-new) first, while the old pod is stopped but still there. When its containers do not start or become
    healthy, the old pod runs again and the task fails. When they do, the pod is made under its name and started a second time. Named volumes
    keep their data.
  - A container that was taken out of O(containers) is removed, if a task of this module made it. Others in the pod are left alone, with a
    warning. A pod that holds such a container is not made anew. The task fails and names it.
  - As for containers, options that are taken out of the task go back to Podman's default, and a pod that something else made is taken over when
    it is as declared.
options:
  name:
    description: The pod's name. Needed, here or in O(definition).
    type: str
  state:
    description:
      - V(started) makes pod and containers where they are missing, and all of them run. It is the default when the task has O(containers).
      - V(present), and V(created), which means the same, make them, and leave them running or stopped as they are. New ones are not started. It
        is the default when the task has no O(containers).
      - V(stopped) makes them, and none runs.
      - V(absent) removes the pod B(with all containers in it), whoever made them. Volumes stay.
      - B(Every task declares the whole pod.) What is not declared goes back to Podman's default. Only a task that has neither an option of the
        pod nor O(containers) speaks of the state alone, and stops or starts what is there.
    type: str
    choices: [present, created, started, stopped, absent]
  containers:
    description:
      - The containers of the pod, each as a map with the options of M(rootless.podman.container). When left out, the task says nothing about
        them, and tasks of M(rootless.podman.container) with C(pod) can fill the pod. An empty list means that there are none.
      - Each needs C(name) and C(image). It can have C(recreate), C(force_restart), C(env_file) and C(label_file), and everything else that
        M(rootless.podman.container) says of what a container is, with the same aliases.
      - C(user) is the user inside the container here, another name of C(container_user).
      - What containers share is declared B(on the pod), and refused here. This is C(publish), C(network), C(publish_all), C(network_aliases),
        C(ip), C(ip6), C(mac_address), C(userns), C(uidmap), C(gidmap), C(dns), C(dns_search), C(dns_option), C(etc_hosts), C(hosts_file),
        C(no_hosts), C(hostname), C(no_hostname) and C(shm_size). O(state), O(pull), O(wait) and O(wait_timeout) are the task's, for all of them.
      - They are started together, each after those that it C(requires).
    type: list
    elements: dict
  definition:
    description:
      - All options but O(user) as one map, for declarations that come from a variable or a filter. No other option can stand
        beside it.
    type: dict
  runtime:
    description:
      - Where the pod lives. V(auto) puts a new one into units (V(systemd)) where this host's Podman can have all there that the task says, and leaves
        it to Podman (V(podman)) where not, which goes for each pod without O(containers). B(One that is there stays where it lives), and so
        does a container that is there and is to be in it. RV(runtime) says where the pod is.
      - V(podman) makes it over Podman's API.
      - V(systemd) writes Quadlet units, C(NAME.pod) for the pod and one for each container, from which the account's systemd makes them at every
        start, and starts them at boot. As root they lie in C(/etc/containers/systemd/users/UID), where the account cannot change them. Needs
        Podman 5.0 or newer, and O(containers) has to be said. The service of pod C(shop) is C(shop-pod.service), that of a container C(web) is
        C(web.service).
      - All units of a pod are installed at once. A container that differs is started anew alone, with those that C(requires) it. A pod that
        differs is started anew with all its containers. When something does not start or become healthy, the units before come back and run.
      - A pod moves from one to the other when the task says so, and is made anew by that. On the way into units the declaration proves itself as
        C(NAME.rp-new) first, as for any pod that is made anew. Named volumes stay. A task without options and O(containers), which speaks of the
        state alone, means the pod wherever it lives.
      - B(In units a pod that does not run does not exist.) systemd removes it when it stops, with all that is in it, and makes it at every start.
        What containers wrote outside of volumes is gone then. With O(state=stopped) there are only the units.
      - Containers can be stopped and started there alone with M(rootless.podman.container), by their names. None can be put into the pod from
        outside, and a pod that holds one all the same is neither stopped nor made anew.
      - The values of C(env) are in the units, which only root and the account's group can read. Passwords belong into C(secrets).
      - O(restart_policy) becomes the services' C(Restart=). Some options have no place in units and are refused. These are C(init_ctr), O(spec_fields),
        O(ipc), O(infra_conmon_pidfile), O(infra) with V(false), O(share) with V(none), and limits and O(cgroup_parent), because containers in units
        are in the cgroups of their services. Declare limits on the containers.
    type: str
    choices: [auto, podman, systemd]
    default: auto
  recreate:
    description: Make the pod and all its containers anew even when nothing differs, in every run that says it.
    type: bool
    default: false
  label:
    description: Labels of the pod, as a map.
    type: dict
    aliases: [labels]
  label_file:
    description:
      - Files on the host with C(NAME=VALUE) lines, which become labels. O(label) outweighs them, and a later file an earlier one.
    type: list
    elements: path
  publish:
    description:
      - Ports that the host passes on to the containers, as C([[IP:]HOST:]CONTAINER[/PROTOCOL]). See
        O(rootless.podman.container#module:publish).
      - B(A port without an address is open on all addresses of the host.) Quote ports, YAML takes V(22:22) for a number.
    type: list
    elements: str
    aliases: [ports]
  network:
    description:
      - The networks to join, or one mode. See O(rootless.podman.container#module:network).
      - When left out, the pod has a network of its own by C(pasta), by C(slirp4netns) with Podman 4.
    type: list
    elements: str
    aliases: [networks]
  network_alias:
    description: Further names of the pod on its networks. Without O(network) it joins Podman's network C(podman) for them.
    type: list
    elements: str
    aliases: [network_aliases]
  ip:
    description:
      - A fixed IPv4 address on its network. Needs one network in O(network), or none, which stands for Podman's network C(podman).
    type: str
  ip6:
    description:
      - A fixed IPv6 address on its network, see O(ip).
    type: str
  mac_address:
    description:
      - A fixed hardware address on its network, see O(ip).
    type: str
  userns:
    description:
      - Whom the ids in all its containers are outside. See O(rootless.podman.container#module:userns) for the choices. V(nomap) is the one to
        use. Podman's default makes root inside the account itself.
      - Podman's command line takes V(nomap) for pods, its API does not in every version. This module does in all of them.
    type: str
  uidmap:
    description:
      - Which uids inside are which outside. See O(rootless.podman.container#module:uidmap). Not beside O(userns).
    type: list
    elements: str
  gidmap:
    description:
      - Which gids inside are which outside, see O(uidmap).
    type: list
    elements: str
  hostname:
    description: The host name in all containers, the pod's name when left out.
    type: str
  no_hostname:
    description:
      - Leave C(/etc/hostname) as the images have it.
      - Needs Podman 5.4 or newer.
    type: bool
  share:
    description:
      - The namespaces that the containers share, of V(cgroup), V(ipc), V(net), V(pid) and V(uts), or V(none). V([ipc, net, uts]) when left out.
      - Without V(net) they have networks of their own, and the pod's O(publish), O(network), O(dns) and the like reach none of them. With V(none)
        the infra container is not even started.
    type: list
    elements: str
  share_parent:
    description:
      - Whether the containers' cgroups lie below one of the pod. V(true) when left out.
    type: bool
  pid:
    description:
      - The PID namespace of the infra container, V(private), V(host), C(container:NAME) or C(ns:PATH). The containers have it if O(share) has
        V(pid).
    type: str
  uts:
    description:
      - The UTS namespace (host name) of the infra container, V(private), V(host), C(container:NAME) or C(ns:PATH). The containers have it if
        O(share) has V(uts).
    type: str
  ipc:
    description:
      - The IPC namespace of the infra container, V(private), V(shareable), V(host), V(none), C(container:NAME) or C(ns:PATH). The containers have it
        if O(share) has V(ipc).
      - Needs Podman 4.5 or newer.
    type: str
  infra:
    description:
      - Whether there is an infra container, a sleeping process that holds the namespaces. V(true) when left out.
      - Without it the containers share nothing, and of the pod's options only labels, limits, O(restart_policy), O(exit_policy), O(share_parent),
        O(cgroup_parent) and O(spec_fields) can be said.
    type: bool
  infra_image:
    description:
      - The image of the infra container. Podman makes its own when left out, without asking a registry.
      - Its command has to keep running, or O(infra_command) has to say one that does. Otherwise no container of the pod starts.
    type: str
  infra_name:
    description:
      - The name of the infra container. It comes from the pod's ID when left out.
    type: str
  infra_command:
    description:
      - What the infra container runs instead of its sleeping process, as O(rootless.podman.container#module:command).
    type: raw
  infra_conmon_pidfile:
    description:
      - The file on the host that gets the process number of the infra container's monitor.
    type: str
  dns:
    description:
      - Name servers, in their order, instead of the host's. V(none), alone, leaves C(/etc/resolv.conf) as the images have it, and cannot stand
        beside O(dns_search) and O(dns_opt).
    type: list
    elements: str
  dns_search:
    description:
      - Search domains, in their order, instead of the host's. V([.]) is none.
    type: list
    elements: str
  dns_opt:
    description: Options of the resolver, such as V(ndots:2).
    type: list
    elements: str
    aliases: [dns_option]
  add_host:
    description:
      - Lines for C(/etc/hosts), as a map from name to address. The address V(host-gateway) is the host's. Not beside O(no_hosts).
    type: dict
    aliases: [etc_hosts]
  hosts_file:
    description:
      - What C(/etc/hosts) is made from. A path on the host, V(image) for the image's own file, or V(none). The host's C(/etc/hosts) when left out.
        Podman adds its own lines and those of O(add_host).
      - Needs Podman 5.4 or newer.
    type: str
  no_hosts:
    description:
      - Leave C(/etc/hosts) as the images have it, without names for the pod and the host. An image that has none stays without.
    type: bool
  volume:
    description: Volumes and folders that all containers get, as C(SOURCE:TARGET[:OPTIONS]). See O(rootless.podman.container#module:volume).
    type: list
    elements: str
    aliases: [volumes]
  volumes_from:
    description:
      - Containers whose volumes all containers of the pod get too, by name, with options such as C(:ro) behind a colon.
    type: list
    elements: str
  device:
    description:
      - Devices of the host that all containers get, as C(HOST[:CONTAINER[:PERMISSIONS]]). Permissions have no effect without root.
      - B(A container that has a) C(device) B(of its own gets none of these.)
    type: list
    elements: str
    aliases: [devices]
  gpus:
    description:
      - GPUs that all containers get, by number or name, or V(all). The host needs NVIDIA's driver and its CDI description.
      - Needs Podman 5.0 or newer.
    type: list
    elements: str
  restart_policy:
    description:
      - When Podman starts containers again that have ended, for all that have no C(restart_policy) of their own. V(no), V(on-failure),
        V(on-failure:5), V(always) or V(unless-stopped). Needs Podman 4.6 or newer.
      - Only V(always) brings them back after a reboot, see O(rootless.podman.container#module:restart_policy).
    type: str
  exit_policy:
    description: What happens when the last container has ended. V(continue), which is Podman's default, leaves the infra container, V(stop) stops it.
    type: str
    choices: [continue, stop]
  security_opt:
    description:
      - Security options of the infra container, as O(rootless.podman.container#module:security_opt).
      - B(They do not close the containers.) V(no-new-privileges), C(mask=) and C(seccomp=) of the pod do not reach them. Declare them on each
        container.
    type: list
    elements: str
  sysctl:
    description:
      - Kernel settings of the shared namespaces, as a map.
      - With C(net.ipv4.ip_unprivileged_port_start) set to V(0) the containers can listen on ports below 1024 without a capability.
    type: dict
  shm_size:
    description:
      - The size of the shared C(/dev/shm), such as V(128m). Podman's default is V(64000k).
    type: str
  shm_size_systemd:
    description:
      - The size of file systems in memory of containers that run systemd. See O(rootless.podman.container#module:shm_size_systemd).
      - Needs Podman 4.5 or newer.
    type: str
  memory:
    description:
      - The most memory that the whole pod may use, such as V(1g).
      - Limits need the cgroup controller of that name, delegated to the account. The task fails where it is missing.
    type: str
  memory_swap:
    description:
      - The most memory and swap together, V(-1) for any. Needs O(memory). Unlike for a container, Podman does not derive it from that when it is
        left out.
    type: str
  cpus:
    description: How many CPUs the whole pod may use, such as V(1.5).
    type: str
  cpu_shares:
    description:
      - Its share of CPU time when there is not enough, compared with that of others (1024 when left out), from 2 to 262144.
    type: int
  cpuset_cpus:
    description:
      - The CPUs that it may run on, such as V(0-2,4).
    type: str
  cpuset_mems:
    description:
      - The memory nodes that it may use, such as V(0).
    type: str
  blkio_weight:
    description:
      - Its share of disk time when there is not enough, compared with that of others, from 10 to 1000.
    type: int
  cgroup_parent:
    description:
      - The slice of the account's systemd under which its cgroup lies, such as V(shop.slice). V(user.slice) when left out.
    type: str
  blkio_weight_device:
    description:
      - This module refuses it. Podman's API knows devices of a pod by their numbers alone; declare the limit on its containers.
    type: raw
  device_read_bps:
    description:
      - This module refuses it. Podman's API knows devices of a pod by their numbers alone; declare the limit on its containers.
    type: raw
  device_write_bps:
    description:
      - This module refuses it. Podman's API knows devices of a pod by their numbers alone; declare the limit on its containers.
    type: raw
  subuidname:
    description:
      - This module refuses it. Its ranges count ids of the host, which a rootless Podman does not see; write them as O(uidmap) and O(gidmap).
    type: raw
  subgidname:
    description:
      - This module refuses it. Its ranges count ids of the host, which a rootless Podman does not see; write them as O(uidmap) and O(gidmap).
    type: raw
  pod_id_file:
    description:
      - This module refuses it. The result of the task has the ID.
    type: raw
  spec_fields:
    description:
      - Fields of Podman's create request for pods that have no option here, as a map by the names of its API. See
        O(rootless.podman.container#module:spec_fields).
    type: dict
extends_documentation_fragment:
  - rootless.podman.account
  - rootless.podman.start
attributes:
  check_mode:
    description:
      - Writes nothing, and returns the plan that a run would carry out. Images are not pulled, so what is known of a container whose image is
        not on the host yet is that it will be made or replaced.
notes:
  - Write lists as lists. Ansible splits a string where a list is expected at its commas, which breaks V(shop-stock:/srv:ro,U).
  - When a run is killed half-way, run the task again. It completes what the killed one began.
  - A container's name belongs to the account, not to the pod. One that exists outside of the pod is not touched, and the task fails.
seealso:
  - module: rootless.podman.container
  - plugin: rootless.podman.hardened
    plugin_type: filter
  - name: podman pod create
    description: All options of pods at length.
    link: https://docs.podman.io/en/latest/markdown/podman-pod-create.1.html
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account that the pods belong to
  rootless.podman.user:
    name: shop

- name: A pod of two containers, one of which serves what the other one keeps up to date
  rootless.podman.pod:
    user: shop
    name: shop
    userns: nomap
    publish: ["127.0.0.1:8090:8080"]
    containers:
      - name: shop-front
        image: docker.io/library/busybox:1.37
        command: [httpd, -f, -p, "8080", -h, /srv]
        user: nobody
        cap_drop: [all]
        read_only: true
        init: true
        volume: ["shop-stock:/srv:ro"]
        requires: [shop-stock]
        restart_policy: always
        healthcheck: [wget, -q, -O, /dev/null, "http://127.0.0.1:8080/stock.txt"]
        healthcheck_interval: 5s
      - name: shop-stock
        image: docker.io/library/busybox:1.37
        command: [sh, -c, "while echo 'Open all day' > /srv/stock.txt; do sleep 60; done"]
        user: nobody
        cap_drop: [all]
        read_only: true
        init: true
        volume: ["shop-stock:/srv:U"]
        restart_policy: always

- name: A pod in units, which the account's systemd starts at boot and watches over
  rootless.podman.pod:
    user: shop
    name: shop-clock
    userns: nomap
    runtime: systemd
    containers:
      - name: shop-tick
        image: docker.io/library/busybox:1.37
        command: [sh, -c, "while sleep 1; do date > /time/now; done"]
        init: true
        volume: ["shop-time:/time"]
        restart_policy: always
      - name: shop-show
        image: docker.io/library/busybox:1.37
        command: [sh, -c, "while sleep 1; do cat /time/now; done"]
        init: true
        volume: ["shop-time:/time:ro"]
        requires: [shop-tick]
        restart_policy: always

- name: Stop all of it
  rootless.podman.pod:
    user: shop
    name: shop-clock
    state: stopped

- name: A pod that other tasks fill
  rootless.podman.pod:
    user: shop
    name: shop-tools
    userns: nomap

- name: One of them
  rootless.podman.container:
    user: shop
    name: shop-shell
    pod: shop-tools
    image: docker.io/library/busybox:1.37
    command: sleep infinity
    init: true

- name: Remove a pod with its containers, but not their volumes
  rootless.podman.pod:
    user: shop
    name: shop-tools
    state: absent
"""

RETURN = r"""
pod:
  description:
    - The pod as it is now. Empty when there is none. In check mode it is what was there before.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    id:
      description: Its ID, another one after it was made anew.
      type: str
    state:
      description: Podman's word for its state, such as V(Running), V(Degraded) (not all containers run), V(Created) or V(Exited).
      type: str
    containers:
      description: Its containers, the infra container among them.
      type: list
      elements: dict
      contains:
        name:
          description: The container's name.
          type: str
        id:
          description: The container's ID.
          type: str
        status:
          description: Podman's word for the container's state.
          type: str
  sample:
    name: shop
    id: 1b2c3d4e5f60718293a4b5c6d7e8f90112233445566778899aabbccddeeff001
    state: Running
    containers:
      - {"name": "1b2c3d4e5f60-infra", "id": "9f8e7d6c5b4a", "status": "running"}
      - {"name": "shop-front", "id": "8c1f3b7ad0e2", "status": "running"}
      - {"name": "shop-stock", "id": "0a1b2c3d4e5f", "status": "running"}
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when all is as declared.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description:
        - V(pull), V(create), V(update) (in place), V(replace), V(recreate) (a container, because its pod is replaced), V(start), V(stop),
          V(restart) or V(remove). After a run that was killed half-way also V(rename) and V(finish), which complete what it left.
      type: str
    kind:
      description: The kind of the object, such as V(pod). In units also V(unit) and V(service).
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
    - {"action": "pull", "kind": "image", "name": "docker.io/library/busybox:1.37", "reasons": []}
    - action: replace
      kind: container
      name: shop-front
      reasons:
        - {"option": "command", "why": "changed", "before": ["httpd", "-f"], "after": ["httpd", "-f", "-v"]}
runtime:
  description: Where the pod lives, V(podman) or V(systemd).
  returned: success
  type: str
  sample: systemd
unit:
  description: The path of its unit, empty when it has none.
  returned: success
  type: str
  sample: ""
adopted:
  description:
    - Whether the pod or one of its containers had no record of ours, made by hand or by another tool, and was as the task declares.
    - Nothing is changed on them then. As nobody knows what they were made with, options that are not declared are not looked at, and of those
      that are declared not the ones that Podman does not show, such as O(userns) and O(sysctl). Set O(recreate) once to be sure.
  returned: success
  type: bool
  sample: false
logs:
  description: The last lines of a container's log, when it did not prove itself.
  returned: failure of O(wait)
  type: list
  elements: str
rolled_back:
  description: What was done to bring back what there was before, in one sentence. Empty when nothing had to be.
  returned: failure while the plan was carried out
  type: str
  sample: "What was changed is undone: the old pod shop runs again, the new pod shop.rp-new was removed."
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 4
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._pod_road import work
from ansible_collections.rootless.podman.plugins.module_utils._wanted import CONSTRAINTS, POD_SPEC


def main() -> None:
    """Bring one pod and its containers to what the task declares."""
    run(work, {"user": {"type": "str"}, **POD_SPEC}, **CONSTRAINTS)


if __name__ == "__main__":
    main()

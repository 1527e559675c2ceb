#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: container
short_description: Containers of a rootless account
version_added: 0.1.0
description:
  - Brings one container to what the task declares. It is made when it is missing, changed in place where Podman can do that, replaced where it
    cannot, started or stopped, or removed.
  - Names, spellings and defaults of options are those of Podman's command line and of C(containers.podman.podman_container), with one
    exception. O(user) is the account here, and the user inside the container is O(container_user).
  - B(A replaced container stays until the new one works.) The new one is made first, then the old one is stopped, and when the new one does
    not start or become healthy, the old one runs again and the task fails (see O(wait)). In between nothing serves, usually for less than a
    second.
  - What was declared when the container was made is remembered on it, in a label that holds no values. So the module sees what the task
    says differently now, and also what it no longer says. B(Taking an option out of the task puts it back to Podman's default.) What comes from
    the image is not a difference.
  - Environment variables, networks, and what is changed in place (O(restart_policy), O(memory), O(memory_reservation), O(cpus), O(cpu_shares) and
    O(pids_limit), from Podman 5.1 on) are compared with the container as it is, so that changes made by hand are found.
  - A container that something else made is taken over when it is as declared, see RV(adopted), and replaced when it is not.
  - Volumes are not deleted by this module, but for O(delete_volumes).
  - Containers are as open here as Podman makes them. The filter P(rootless.podman.hardened#filter) closes them, see the examples.
options:
  name:
    description: The container's name. Needed, here or in O(definition). It must not end in C(.rp-new) or C(.rp-old), which mark replacements.
    type: str
  state:
    description:
      - V(started) makes the container if there is none, and it runs. A container that ends by itself is started again by the next run.
      - V(present), and V(created), which means the same, make it if there is none, and leave it running or stopped as it is. A new one is not
        started.
      - V(stopped) makes it if there is none, and it does not run.
      - V(absent) removes it. Of the other options only O(name) and O(delete_volumes) are looked at then.
      - B(Every task declares the whole container.) What is not declared goes back to Podman's default. Only a task that has no O(image) and
        no other option of a container speaks of the state alone, and stops or starts what is there.
    type: str
    choices: [present, created, started, stopped, absent]
    default: started
  image:
    description:
      - The image to make it from, with registry and tag, such as V(docker.io/library/nginx:1.27). Needed to make a container.
      - The container is replaced when this name stands for another image on the host than the one that it was made from.
    type: str
  pod:
    description:
      - The pod that it belongs to, which has to exist. Moving a container into or out of a pod replaces it.
      - A container in a pod cannot have O(publish), O(network), O(network_aliases), O(userns), O(dns), O(dns_search), O(dns_option),
        O(etc_hosts) or O(hostname), which are declared on the pod.
      - A pod with all its containers is better declared by one task of M(rootless.podman.pod). Do not declare a container in both.
    type: str
  definition:
    description:
      - All options but O(user) as one map, for declarations that come from a variable or a filter. In it, C(user) is another name of
        O(container_user).
      - No other option can stand beside it.
    type: dict
  recreate:
    description: Replace the container even when nothing differs, in every run that says it.
    type: bool
    default: false
  force_restart:
    description:
      - With O(state=started), stop and start a container that runs and needs no other change, in every run that says it.
    type: bool
    default: false
    aliases: [restart]
  delete_volumes:
    description:
      - With O(state=absent), also delete the anonymous volumes of the container, which its image or a O(volume) without a name asked for. Named
        volumes are never deleted with a container.
      - A container that is replaced leaves its anonymous volumes behind, whatever this says, and the new one does not get them. Give data a
        named volume.
    type: bool
    default: false
  command:
    description:
      - What to run instead of the image's command, as a list of words, or as a string that is split as a shell splits it.
      - Words can be seen in the task's diff and by everybody who lists processes. Secrets do not belong here.
    type: raw
  entrypoint:
    description: What to run instead of the image's entrypoint, as a list of words. A string is one word, and an empty one means no entrypoint.
    type: raw
  env:
    description:
      - Environment variables, as a map. Numbers and truth values are written as YAML writes them (V(true), V(false)), null is empty.
      - Their values are not shown in plans and diffs, but everybody who may inspect the container sees them. For passwords use O(secrets).
    type: dict
    aliases: [environment]
  label:
    description: Labels, as a map.
    type: dict
    aliases: [labels]
  annotation:
    description: Annotations for the runtime, as a map.
    type: dict
    aliases: [annotations]
  publish:
    description:
      - Ports that the host passes on, as C([[IP:]HOST:]CONTAINER[/PROTOCOL]). Ranges have as many ports on both sides
        (V(9000-9010:9000-9010)). Without a host port Podman chooses one.
      - B(A port without an address is open on all addresses of the host.) V(127.0.0.1:8080:80) is for the host alone, for instance for a proxy.
      - An account can usually not bind host ports below 1024.
      - Quote ports. YAML takes V(22:22) for a number.
    type: list
    elements: str
    aliases: [ports, published, published_ports]
  expose:
    description: Ports that the container is said to listen on (V(8080), V(53/udp)), without publishing them.
    type: list
    elements: str
    aliases: [exposed, exposed_ports]
  volume:
    description:
      - Volumes and folders of the host, as C(SOURCE:TARGET[:OPTIONS]). A source that begins with C(/) is a path of the host, another one is
        the name of a volume, which is made if there is none. A target alone is an anonymous volume.
      - Options are those of Podman. C(ro) is for reading only, C(U) gives the source to O(container_user) (on every start, which takes
        its time in large ones), C(z) and C(Z) label it for SELinux, C(O) puts a throw-away layer over a path.
      - A path has to exist, and the account and its container have to be allowed to read it. Inside of O(userns=nomap) not even the
        account's own files are.
    type: list
    elements: str
    aliases: [volumes]
  mount:
    description:
      - Mounts of type V(bind), V(volume) or V(tmpfs), each as a string like that of C(podman run --mount)
        (V(type=bind,source=/srv/shop,target=/data,readonly)) or as a map of the same words.
      - In a map, C(options) can hold further mount options as a list.
    type: list
    elements: raw
    aliases: [mounts]
  tmpfs:
    description:
      - File systems in memory, as a map from path to mount options, or as a list of C(PATH[:OPTIONS]), such as V(/run/app:size=16m,mode=1777).
      - Podman copies what the image has at that path into it, and it then belongs to the image's owner. The option C(notmpcopyup) prevents that.
    type: raw
  device:
    description: Devices of the host, as C(HOST[:CONTAINER[:PERMISSIONS]]). The account has to be allowed to use them.
    type: list
    elements: str
    aliases: [devices]
  secrets:
    description:
      - Secrets that M(rootless.podman.secret) made. Each is a name, a string like that of C(podman run --secret)
        (V(shop-token,type=env,target=TOKEN)), or a map of C(name), C(type), C(target), C(uid), C(gid) and C(mode).
      - With C(type) V(mount), which is meant when it is left out, the secret is the file C(target), in C(/run/secrets/) and with its own name
        when left out. It belongs to C(uid) and C(gid) (0) inside the container, with C(mode) (V("0444"), quoted).
      - With C(type) V(env) it is the environment variable C(target), which everybody who may look into the container's processes can read.
      - A file holds what the secret was when the container was made. See M(rootless.podman.secret) for what to do after a change.
    type: list
    elements: raw
  network:
    description:
      - The networks to join, by name, each with C(ip), C(ip6), C(mac), C(alias) or C(interface_name) behind a colon where needed
        (V(shop-db:ip=10.90.0.10,alias=db)). M(rootless.podman.network) makes networks.
      - Or one mode, which is V(bridge) (Podman's own network C(podman), on which names are not resolved), V(host), V(none), V(private),
        V(pasta), V(slirp4netns) (both with options behind a colon), C(container:NAME) or C(ns:PATH).
      - When left out, the container has a network of its own by C(pasta), by C(slirp4netns) with Podman 4.
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
  dns:
    description: Name servers, in their order, instead of the host's.
    type: list
    elements: str
    aliases: [dns_servers]
  dns_search:
    description: Search domains, in their order.
    type: list
    elements: str
    aliases: [dns_search_domains]
  dns_option:
    description: Options of the resolver, such as V(ndots:2).
    type: list
    elements: str
    aliases: [dns_opts]
  etc_hosts:
    description: Lines for C(/etc/hosts), as a map from name to address. The address V(host-gateway) is the host's.
    type: dict
    aliases: [add_hosts]
  hostname:
    description: The host name inside. The container's short ID when left out.
    type: str
  container_user:
    description:
      - The user inside the container, by name or uid, with C(:GROUP) if needed. The image's when left out.
      - It is called C(user) by Podman and C(containers.podman). In O(definition), and in the C(containers) of M(rootless.podman.pod), C(user)
        means this as well.
    type: str
  group_add:
    description: Further groups of that user. V(keep-groups) keeps those of the account.
    type: list
    elements: str
    aliases: [groups]
  workdir:
    description: The working directory, the image's when left out.
    type: str
    aliases: [working_dir]
  umask:
    description: The umask, V(0022) when left out. Quote it.
    type: str
  timezone:
    description: The time zone, such as V(Europe/Vienna), or V(local) for the host's.
    type: str
    aliases: [tz]
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
  ipc:
    description: The IPC namespace, V(private), V(shareable), V(host), V(none), C(container:NAME) or C(ns:PATH).
    type: str
    aliases: [ipc_mode]
  pid:
    description: The PID namespace, V(private), V(host), C(container:NAME) or C(ns:PATH).
    type: str
    aliases: [pid_mode]
  uts:
    description: The UTS namespace (host name), V(private), V(host), C(container:NAME) or C(ns:PATH).
    type: str
  requires:
    description:
      - Names of containers that Podman starts before this one.
      - They can then only be replaced together with this one, by one task of M(rootless.podman.pod).
    type: list
    elements: str
  restart_policy:
    description:
      - When Podman starts the container again after it has ended, V(no), V(on-failure) (V(on-failure:5) tries five times), V(always) or
        V(unless-stopped). V(no) when left out.
      - B(Only) V(always) B(brings it back after a reboot), by C(podman-restart.service) of the account, which M(rootless.podman.user) switches on.
    type: str
  healthcheck:
    description:
      - The command that tells whether the container is healthy. A string is run by the shell of the container, a list as it is. V(none) turns the
        image's own check off.
      - O(wait) waits for it. It is run once when the container has started, and then every O(healthcheck_interval).
    type: raw
    aliases: [health_cmd]
  healthcheck_interval:
    description:
      - The time between two checks, such as V(30s), V(1m30s) or V(500ms). A number alone is seconds. V(disable) means no checks by a timer.
      - V(30s) when left out and there is a O(healthcheck). When the first check fails, O(wait) takes one interval more, but for what is said of
        O(healthcheck_start_period).
    type: str
    aliases: [health_interval]
  healthcheck_timeout:
    description: The time that one check may take. V(30s) when left out and there is a O(healthcheck).
    type: str
    aliases: [health_timeout]
  healthcheck_start_period:
    description:
      - The time that the container has to get going, in which failed checks do not count.
      - While O(wait) waits in it, the check is run again and again, so that a container counts as ready as soon as it is. Give one to what needs
        some time to start.
    type: str
    aliases: [health_start_period]
  healthcheck_retries:
    description: How many checks have to fail in a row before it is unhealthy. 3 when left out and there is a O(healthcheck).
    type: int
    aliases: [health_retries]
  healthcheck_failure_action:
    description: What Podman does with it when it is unhealthy, V(none), V(kill), V(restart) or V(stop). Needs Podman 4.3 or newer.
    type: str
    choices: [none, kill, restart, stop]
    aliases: [health_on_failure]
  memory:
    description:
      - The most memory that it may use, such as V(512m) or V(1.5g).
      - This and all other limits need the cgroup controller of that name, delegated to the account. The role
        P(rootless.podman.rootless_host#role) does that where the host has it. The task fails where it is missing.
    type: str
  memory_reservation:
    description: The memory that it is pressed back to when the host runs short of it.
    type: str
  memory_swap:
    description: The most memory and swap together, V(-1) for any. Twice O(memory) when left out.
    type: str
  cpus:
    description: How many CPUs it may use, such as V(0.5).
    type: str
    aliases: [cpu]
  cpu_shares:
    description: Its share of CPU time when there is not enough, compared with that of others (1024 when left out), from 2 to 262144.
    type: int
  cpuset_cpus:
    description: The CPUs that it may run on, such as V(0-2,4).
    type: str
    aliases: [cpuset]
  pids_limit:
    description: The most processes and threads, V(-1) for any. Podman's default is 2048.
    type: int
  ulimit:
    description: Limits of each process, as C(NAME=SOFT[:HARD]), such as V(nofile=1024:2048). V(-1) is no limit. The account cannot exceed its own.
    type: list
    elements: str
    aliases: [ulimits]
  shm_size:
    description: The size of C(/dev/shm), such as V(128m). Podman's default is V(64m).
    type: str
  sysctl:
    description:
      - Kernel settings of the container's own namespaces, as a map.
      - With C(net.ipv4.ip_unprivileged_port_start) set to V(0) it can listen on ports below 1024 without a capability.
    type: dict
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
  privileged:
    description: Switch off what separates it from the account, such as masks, seccomp and dropped capabilities. It never gets more than the account has.
    type: bool
  read_only:
    description: Mount its root file system for reading only. Volumes and O(tmpfs) stay writable, and see O(read_only_tmpfs).
    type: bool
  read_only_tmpfs:
    description: With O(read_only), mount C(/tmp), C(/var/tmp), C(/run) and C(/dev/shm) as writable file systems in memory. V(true) when left out.
    type: bool
  init:
    description:
      - Run a small init process in it, which passes signals on and takes care of ended processes.
      - Without it many programs do not hear the signal that should end them, and are killed after O(stop_timeout).
    type: bool
  tty:
    description: Give it a terminal.
    type: bool
  interactive:
    description: Keep its standard input open.
    type: bool
  stop_signal:
    description: The signal that ends it, such as V(SIGTERM), V(INT) or V(15). The image's, else SIGTERM, when left out.
    type: str
  stop_timeout:
    description: How many seconds it has to end before it is killed. 10 when left out. A replacement waits for the old one as long.
    type: int
  log_driver:
    description: Where its output goes, V(journald), V(k8s-file), V(none) or V(passthrough). Podman's own default when left out.
    type: str
extends_documentation_fragment:
  - rootless.podman.account
  - rootless.podman.start
attributes:
  check_mode:
    description:
      - Writes nothing, and returns the plan that a run would carry out. Images are not pulled, so what is known of a container whose image is
        not on the host yet is that it will be made or replaced.
notes:
  - Write lists as lists. Ansible splits a string where a list is expected at its commas, which breaks V(shop-web:/srv:ro,U).
  - When a run is killed half-way, run the task again. It sees by the names C(NAME.rp-new) and C(NAME.rp-old) how far the killed one got.
  - A container on whose namespaces others outside of this task depend is not replaced or removed. The task fails and names them.
seealso:
  - module: rootless.podman.pod
  - module: rootless.podman.image
  - module: rootless.podman.network
  - module: rootless.podman.secret
  - module: rootless.podman.volume
  - plugin: rootless.podman.hardened
    plugin_type: filter
  - name: podman run
    description: All options at length.
    link: https://docs.podman.io/en/latest/markdown/podman-run.1.html
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account that the containers belong to
  rootless.podman.user:
    name: shop

- name: A web server that has nothing it does not need, for the host alone
  rootless.podman.container:
    user: shop
    name: shop-web
    image: docker.io/library/busybox:1.37
    command: [sh, -c, "echo 'Open all day' > /srv/index.html && exec httpd -f -p 8080 -h /srv"]
    container_user: nobody
    userns: nomap
    cap_drop: [all]
    security_opt: [no-new-privileges]
    read_only: true
    init: true
    publish: ["127.0.0.1:8080:8080"]
    volume: ["shop-web:/srv:U"]
    env:
      TZ: UTC
    restart_policy: always
    healthcheck: [wget, -q, -O, /dev/null, "http://127.0.0.1:8080/"]
    healthcheck_interval: 10s

- name: The same without writing all of it, by the filter that apps are hardened with
  rootless.podman.container:
    user: shop
    definition: "{{ server | rootless.podman.hardened }}"
  vars:
    server:
      name: shop-api
      image: docker.io/library/nginx:1.27
      command: [sh, -c, "while sleep 1; do echo working; done"]
      user: nobody
      init: true

- name: Keep a container, but do not run it
  rootless.podman.container:
    user: shop
    name: shop-tool
    image: docker.io/library/busybox:1.37
    command: sleep infinity
    state: stopped

- name: Remove a container with the volumes that have no name
  rootless.podman.container:
    user: shop
    name: shop-tool
    state: absent
    delete_volumes: true
"""

RETURN = r"""
container:
  description:
    - The container as it is now, without its environment and command. Empty when there is none. In check mode it is what was there before.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    id:
      description: Its ID, another one after a replacement.
      type: str
    image:
      description: The name of its image.
      type: str
    image_id:
      description: The ID of its image.
      type: str
    status:
      description: Podman's word for its state, such as V(running), V(created) or V(exited).
      type: str
    health:
      description: V(healthy), V(unhealthy) or V(starting), empty without a health check.
      type: str
    pid:
      description: The process on the host, 0 when it does not run.
      type: int
    pod:
      description: The ID of its pod, empty without one.
      type: str
    ports:
      description: Its published ports, by port and protocol inside.
      type: dict
  sample:
    name: shop-web
    id: 8c1f3b7ad0e24d5b9f6a7c8e1d2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f
    image: docker.io/library/busybox:1.37
    image_id: 5e3ff18cd3f24f0f9ba1e4f8f33a5d3b2cf3f6bd4d21f0f5a1bb25d7c5a7e2c1
    status: running
    health: healthy
    pid: 4711
    pod: ""
    ports: {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when all is as declared.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description:
        - V(pull), V(create), V(update) (in place), V(replace), V(start), V(stop), V(restart) or V(remove). After a run that was
          killed half-way also V(rename) and V(finish), which complete what it left.
      type: str
    kind:
      description: The kind of the object, such as V(container).
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
    - action: replace
      kind: container
      name: shop-web
      reasons:
        - {"option": "env", "why": "changed", "before": {"TZ": "(hidden)"}, "after": {"TZ": "(hidden)"}}
        - {"option": "hostname", "why": "removed", "before": "web", "after": null}
adopted:
  description:
    - Whether there was such a container without a record of ours, made by hand or by another tool, and it was as the task declares.
    - It is not replaced then. As nobody knows what it was made with, options that are not declared are not looked at, and of those that are
      declared not the ones that Podman does not show, such as O(sysctl) and O(device). Set O(recreate) once to be sure.
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
  sample: "What was changed is undone: the old shop-web runs again, the new shop-web was removed."
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 4
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._road import (
    CONSTRAINTS,
    CONTAINER_SPEC,
    travel_container,
)


def main() -> None:
    """Bring one container to what the task declares."""
    run_in_account(travel_container, CONTAINER_SPEC, **CONSTRAINTS)


if __name__ == "__main__":
    main()

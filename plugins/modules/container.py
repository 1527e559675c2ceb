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
  - Names, spellings and defaults of options are those of Podman's command line and of C(containers.podman.podman_container), with two
    exceptions. O(user) is the account here, and the user inside the container is O(container_user). And a new container lives in a unit of
    the account's systemd where the host's Podman has such units, see O(runtime).
  - B(A replaced container stays until the new one works.) The new one is made first, then the old one is stopped, and when the new one does
    not start or become healthy, the old one runs again and the task fails (see O(wait)). In between nothing serves, usually for less than a
    second. A container in a unit is stopped and made anew by its service, and the unit before comes back in that case.
  - What was declared when the container was made is remembered on it, in a label that holds no values. So the module sees what the task
    says differently now, and also what it no longer says. B(Taking an option out of the task puts it back to Podman's default.) What comes from
    the image is not a difference.
  - Environment variables, networks, and what is changed in place are compared with the container as it is, so that changes made by hand are
    found. Each option that is changed in place says from which version of Podman on.
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
      - A container in a pod cannot have O(publish), O(network), O(publish_all), O(network_aliases), O(ip), O(ip6), O(mac_address), O(userns),
        O(uidmap), O(gidmap), O(dns), O(dns_search), O(dns_option), O(etc_hosts), O(hosts_file), O(no_hosts), O(hostname), O(no_hostname)
        or O(shm_size), which are declared on the pod.
      - A pod with all its containers is better declared by one task of M(rootless.podman.pod). Do not declare a container in both.
      - A pod that lives in units, see O(rootless.podman.pod#module:runtime), takes none from outside, because it would be lost whenever the pod stops.
        A container of such a pod can be stopped and started here, without O(image).
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
  runtime:
    description:
      - Where the container lives. V(auto) puts a new one into a unit (V(systemd)) where this host's Podman can have all there that the task
        says, and leaves it to Podman (V(podman)) where not. B(One that is there stays where it lives.) RV(runtime) says where that is.
      - With V(auto) a container that cannot be without another one, by O(requires) or a namespace such as V(container:db) in O(network), only goes into a
        unit when the other one is in a unit too.
      - V(podman) makes it over Podman's API. What brings it back after a reboot is C(podman-restart.service), for those with
        O(restart_policy=always).
      - V(systemd) writes a Quadlet unit C(NAME.container), from which the account's systemd makes the container at every start, and starts it
        at boot, unless O(restart_policy=no). As root the unit lies in C(/etc/containers/systemd/users/UID), where the account cannot change it.
        Needs Podman 4.6 or newer.
      - A container moves from one to the other when the task says so. It is stopped, made anew and started, and the old one comes back when
        the new one does not prove itself. Named volumes stay. A task without O(image), which speaks of the state alone, means the container
        wherever it lives.
      - B(In a unit a container that does not run does not exist.) systemd removes it when it stops and makes it at every start, so what it
        wrote outside of volumes is gone then. With O(state=stopped) there is only the unit.
      - Podman removes volumes without a name with their container, so in a unit each of them has one, made of the container's name and the path, such as
        C(web-var-lib-data). That goes for what the image asks for as well, unless O(image_volume) or O(volumes_from) says otherwise.
      - The values of O(env) are in the unit, which only root and the account's group can read, and on Podman's command line, which every
        account of the host sees while the container starts. Passwords belong into O(secrets).
      - Some options have no place in a unit, such as O(init_ctr), O(cgroup_parent) and O(spec_fields), and O(pod) has to be left out. They are refused with
        V(systemd), and for any container that is in a unit.
      - From Podman 5.0 on the service of a container with a O(healthcheck) counts as started when the container is healthy.
    type: str
    choices: [auto, podman, systemd]
    default: auto
  delete_volumes:
    description:
      - With O(state=absent), also delete the anonymous volumes of the container, which its image or a O(volume) without a name asked for. Named
        volumes are never deleted with a container.
      - A container that is replaced leaves its anonymous volumes behind, whatever this says, and the new one does not get them. Give data a
        named volume.
    type: bool
    default: false
  spec_fields:
    description:
      - >-
        Fields of Podman's create request that have no option here, as a map by the names of its API, such as C({create_working_dir: true}). They are
        posted as they are, and only changes of the task are noticed.
      - B(Podman drops fields that it does not know without a word), so look whether they did what they should.
      - A field that an option of the task fills in already is refused. Values are not shown in diffs.
    type: dict
extends_documentation_fragment:
  - rootless.podman.account
  - rootless.podman.container_process
  - rootless.podman.container_life
  - rootless.podman.container_storage
  - rootless.podman.container_network
  - rootless.podman.container_security
  - rootless.podman.container_health
  - rootless.podman.container_limits
  - rootless.podman.container_refused
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

- name: A server that the account's systemd starts at boot and watches over
  rootless.podman.container:
    user: shop
    name: shop-feed
    image: docker.io/library/busybox:1.37
    command: [sh, -c, "while sleep 1; do echo working; done"]
    restart_policy: always
    runtime: systemd

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
      description: The kind of the object, such as V(container). In units also V(unit) and V(service).
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
runtime:
  description: Where the container lives, V(podman) or V(systemd).
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

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._service_road import work
from ansible_collections.rootless.podman.plugins.module_utils._wanted import CONSTRAINTS, CONTAINER_SPEC


def main() -> None:
    """Bring one container to what the task declares."""
    run(work, {"user": {"type": "str"}, **CONTAINER_SPEC}, **CONSTRAINTS)


if __name__ == "__main__":
    main()

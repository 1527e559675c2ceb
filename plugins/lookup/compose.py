# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose files as declarations of apps."""

from __future__ import annotations

DOCUMENTATION = r"""
name: compose
short_description: A compose file as the declaration of an app
version_added: 0.1.0
author:
  - The rootless.podman contributors (@rootless-podman)
description:
  - Reads a compose file (Compose specification) on the controller and returns it as one app, in the form that M(rootless.podman.apps) takes. What the
    app will be can be seen before anything is done, by printing what this lookup returns.
  - Everything that decides how a file is read is done here, as Docker Compose does it, without Docker - variables and C(.env), C(env_file), several
    files over each other with C(!reset) and C(!override), C(extends), C(include), C(profiles), anchors, short and long syntax. The output of
    C(docker compose config) is a compose file too, and gives the same app.
  - B(Nothing is dropped silently.) What no rootless container can have is refused with one sentence that names file, service and key, says why, and
    what to write instead. A key that may be missing all the same is named in O(without), or reset in a file of your own behind the first one.
  - The app declares B(what the file says), not the hardened defaults of apps, because images of compose files count on Docker's. So a container has
    the empty C(cap_drop) and C(security_opt) and C(read_only=false) in its declaration, where a reviewer sees them, unless the file says otherwise.
    Two defaults of apps hold all the same. The user namespace is V(nomap), so root in a container is no account of the host, and ports are published on
    O(publish_address) unless the file names an address. O(hardened=true) leaves the relaxations out.
notes:
  - Names are those that Docker Compose gives. C(PROJECT-SERVICE-1) or C(container_name) for containers, C(PROJECT_NAME) for volumes, networks and secrets,
    C(PROJECT_default) for the network of services that name none. Volumes that Docker Compose or podman-compose made in the same account are found.
    B(What is in them belongs to other ids) than those of an app, because their containers had all ids of the account. Keep that with
    C(userns_mode=host) of the service, in a file of your own behind the first one.
  - Only what active services use is declared. Images without a registry are those of Docker Hub (V(nginx) is V(docker.io/library/nginx)), built ones are
    below C(localhost/).
  - A service without C(restart) has the policy V(no), as in Compose, so it is not there after a reboot of the host.
  - A bind mount of a file or folder beside the compose file (C(./nginx.conf)) travels with the app as its C(files), up to 1 MiB of text. They belong to the
    account, so a container can read and not write them. A folder with nothing in it (C(./data)) becomes a volume, see O(new_folders). Absolute paths are
    those of the host. A mount without a source becomes a named volume, because it would lose its data with its container.
  - C(configs) become files of the app, in C(.configs) of its folder. C(secrets) become Podman secrets of the account.
  - C(build) sends its folder along, up to 1 MiB when packed, without what its C(.dockerignore) names.
  - C(depends_on) becomes that of the app, whose conditions are waited for. C(restart=true) in it becomes C(requires) of the container.
  - C(start_interval) of a health check becomes Podman's health check while starting (C(health_startup_cmd)).
  - The alias of C(links) is known to all services of the network, not to the linking one alone.
  - The log drivers C(json-file) and C(local) are Podman's C(k8s-file).
  - These keys of a service become options of the container - C(annotations), C(blkio_config), C(cap_add), C(cap_drop), C(cgroup), C(cgroup_parent),
    C(command), C(configs), C(container_name), C(cpu_period), C(cpu_quota), C(cpu_shares), C(cpus), C(cpuset), C(depends_on), C(deploy) (C(resources),
    C(replicas), C(restart_policy)), C(devices), C(dns), C(dns_opt), C(dns_search), C(entrypoint), C(env_file), C(environment), C(expose), C(extra_hosts),
    C(gpus), C(group_add), C(healthcheck), C(hostname), C(image), C(init), C(ipc), C(label_file), C(labels), C(links), C(logging), C(mac_address),
    C(mem_limit), C(mem_reservation), C(memswap_limit), C(network_mode), C(networks), C(oom_score_adj), C(pid), C(pids_limit), C(platform), C(ports),
    C(privileged), C(pull_policy), C(read_only), C(restart), C(scale), C(secrets), C(security_opt), C(shm_size), C(stdin_open), C(stop_grace_period),
    C(stop_signal), C(sysctls), C(tmpfs), C(tty), C(ulimits), C(user), C(userns_mode), C(uts), C(volumes), C(volumes_from), C(working_dir).
  - C(attach) and C(develop) change nothing of what runs, and are read over. So are C(version), extensions (C(x-...)), and C(name), C(mode) and
    C(app_protocol) of a port. In C(build), C(cache_from), C(cache_to), C(provenance) and C(sbom).
  - B(Refused keys of a service) - C(cpu_count), C(cpu_percent), C(credential_spec) and C(isolation), because only Windows has them. C(cpu_rt_period),
    C(cpu_rt_runtime), C(mem_swappiness) and C(oom_kill_disable), because rootless Podman has limits with cgroup v2 alone. C(device_cgroup_rules) and
    C(storage_opt), because only root may. C(domainname), C(external_links), C(post_start) and C(pre_stop), because Podman has none. C(models) and
    C(provider), which only Docker has. C(runtime) and C(use_api_socket), because they belong to the account. C(blkio_weight), C(net) and C(volume_driver),
    which have other names in today's files.
  - B(Refused values) - mounts of an engine's socket, of C(~), and of paths outside of the folder of the compose file. Log drivers other than json-file,
    local, journald and none, and log options other than C(max-size) and C(tag). A range of host ports for one container port. External configs. Network
    drivers other than bridge, C(priority), C(link_local_ips), C(aux_addresses), C(enable_ipv4=false). Volume drivers other than local, and volumes that
    only root may mount (nfs, cifs). C(subpath) of a volume. What only a Swarm acts upon in C(deploy), and C(delay) and C(window) of its restart policy.
    Pull policies C(daily), C(weekly) and C(every_...). A command with C(;), C(&), C(|), C(<) or C(>) outside of quotes, since no shell runs it.
  - B(Refused in a build) - C(additional_contexts), C(entitlements), C(isolation), C(privileged), C(ssh), C(ulimits), several C(platforms), and contexts
    that are fetched from elsewhere.
  - Files that Ansible Vault has encrypted are decrypted, C(.env) and files of secrets among them.
seealso:
  - module: rootless.podman.apps
options:
  _terms:
    description:
      - The compose file, or several that are merged in this order. Relative paths are looked for as M(ansible.builtin.copy) does, so in C(files) of a
        role and beside the playbook.
      - A folder stands for the C(compose.yaml), C(compose.yml), C(docker-compose.yaml) or C(docker-compose.yml) in it, with its C(override) file.
    type: list
    elements: str
    required: true
  name:
    description:
      - The name of the app. It is the name of the project as well, unless O(project) says another one.
      - By default the project's name, which is C(name) of the file or that of its folder.
    type: str
  project:
    description:
      - The name of the project, with which the names of its objects begin. Say the one that Docker Compose used, to find its volumes.
    type: str
  user:
    description: The account of the app, by default that of the app's name.
    type: str
  account:
    description: The C(account) of the app, options of M(rootless.podman.user).
    type: dict
  profiles:
    description: The profiles that are active, V(*) for all. By default C(COMPOSE_PROFILES) of O(env) or C(.env).
    type: list
    elements: str
  env:
    description:
      - Values of variables in the files. They outweigh those of files of variables.
      - A variable that has no value and no default gives an empty string and a warning.
    type: dict
  env_files:
    description: Files of variables, relative to the folder of the project. By default C(.env) there, if there is one.
    type: list
    elements: str
  process_environment:
    description:
      - Whether variables of the process on the controller count too, as in a shell. They outweigh files of variables.
      - Without this a run gives the same app wherever it is started.
    type: bool
    default: false
  project_directory:
    description: The folder with which relative paths begin, by default that of the first file.
    type: path
  group:
    description:
      - V(network) gives every service a container of its own on the networks of the file. They know each other by the names of their services. This is
        the default, because files are written for it. Ports inside may be the same, and C(depends_on) can wait for health and completion.
      - V(pod) puts all services into one pod with one network, C(pod_PROJECT). They reach each other on the loopback address, under the names of their services
        too. Two services that listen on one port are refused, and so is what only a container with a network of its own can have - C(hostname),
        C(network_mode), C(ipc), C(uts), C(mac_address), different networks, several containers of a service, and C(depends_on) that waits for
        more than the start.
    type: str
    choices: [network, pod]
    default: network
  hardened:
    description:
      - Leaves out the relaxations that make a container as Docker would, so that the hardened defaults of apps hold where the file says nothing - no
        capabilities, no new privileges, a read-only root file system, and the restart policy V(always).
    type: bool
    default: false
  publish_address:
    description: The address for ports that the file publishes without one. Compose itself means V(0.0.0.0), all addresses of the host.
    type: str
    default: 127.0.0.1
  new_folders:
    description:
      - What becomes of a bind mount of a folder that has nothing in it on the controller. Docker would make it on its host, owned by root.
      - V(volume) makes it a volume, C(PROJECT_FOLDER), which the container owns and can write. V(refuse) refuses it.
    type: str
    choices: [volume, refuse]
    default: volume
  without:
    description:
      - Keys of the merged files that are left out, as paths with dots, such as V(services.*.logging.options.max-file). V(*) stands for any name.
      - Each has to be there, so that a list does not outlive its reasons.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: A compose file beside the playbook, as an app of the account shop
  rootless.podman.apps:
    apps:
      - "{{ lookup('rootless.podman.compose', 'shop/compose.yaml', name='shop') }}"

- name: With one of its profiles, values for its variables, and without log files that Podman does not have
  rootless.podman.apps:
    apps:
      - "{{ lookup('rootless.podman.compose', 'photos', profiles=['ml'], env={'DB_PASSWORD': photos_password},
          without=['services.*.logging.options.max-file']) }}"

- name: See what would be declared
  ansible.builtin.debug:
    msg: "{{ lookup('rootless.podman.compose', 'shop/compose.yaml', 'shop/production.yaml', group='pod') }}"
"""

RETURN = r"""
_raw:
  description: One app, as M(rootless.podman.apps) takes it. What is empty is left out.
  type: list
  elements: dict
  sample:
    - name: shop
      networks: [{"name": "shop_default"}]
      volumes: [{"name": "shop_data"}]
      containers:
        - name: shop-web-1
          image: docker.io/library/nginx:1.27
          publish: ["127.0.0.1:8080:80"]
          network: ["shop_default:alias=web"]
          cap_drop: []
          security_opt: []
          read_only: false
          restart_policy: always
          volume: ["shop_data:/usr/share/nginx/html"]
"""

import os
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.declaration import Choice, declared
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.project import Request, loaded

display = Display()


class LookupModule(LookupBase):
    """The lookup."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """One app, for all files together."""
        self.set_options(var_options=variables, direct=kwargs)
        request = Request(
            files=[self._path(str(term), variables) for term in terms],
            read=self._read,
            name=self.get_option("project") or self.get_option("name") or "",
            folder=self._folder(self.get_option("project_directory"), variables),
            variables={
                **(dict(os.environ) if self.get_option("process_environment") else {}),
                **{str(key): _text(value) for key, value in (self.get_option("env") or {}).items()},
            },
            env_files=self.get_option("env_files"),
            profiles=self.get_option("profiles"),
            without=self.get_option("without") or (),
        )
        choice = Choice(
            name=self.get_option("name") or "",
            user=self.get_option("user") or "",
            account=self.get_option("account") or {},
            group=self.get_option("group"),
            hardened=self.get_option("hardened"),
            publish_address=self.get_option("publish_address"),
            new_folders=self.get_option("new_folders"),
        )
        try:
            project = loaded(request)
            app = declared(project, choice)
        except Failure as failure:
            raise AnsibleLookupError(failure.message) from failure
        for warning in project.warnings:
            display.warning(warning)
        return [app]

    def _path(self, term: str, variables: dict[str, Any] | None) -> str:
        found = self.find_file_in_search_path(variables, "files", term, ignore_missing=True)
        if found is None:
            raise AnsibleLookupError(
                f"compose: {term!r} was given, and the path of a compose file on the controller is needed, or of a folder that has one."
            )
        return str(found)

    def _folder(self, given: str | None, variables: dict[str, Any] | None) -> str:
        return self._path(given, variables) if given else ""

    def _read(self, path: str) -> str:
        """A file's text, decrypted where Ansible Vault has encrypted it."""
        if not os.path.exists(path):
            raise FileNotFoundError(path)
        if os.path.isdir(path):
            raise IsADirectoryError(path)
        with open(self._loader.get_real_file(path), encoding="utf-8") as stream:
            return stream.read()


def _text(value: Any) -> str:
    """A variable as a compose file sees it."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options about what a container is made from, what it is called, and when it comes and goes; they mirror _resources/container_rows/life.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Image, labels, restarts and logs."""

    DOCUMENTATION = r"""
options:
  rootfs:
    description:
      - O(image) is no image but the absolute path of an unpacked root file system on the host. With C(:O) behind it changes are kept apart from it,
        and lost with the container.
    type: bool
  platform:
    description:
      - Which of an image's platforms is pulled, as C(OS/ARCHITECTURE[/VARIANT]), such as V(linux/arm64). Another architecture than the host's needs
        an emulator there.
      - An image of that name that is on the host for another operating system or architecture is pulled again, and the name moves. Use names
        with a digest where containers of both platforms are needed. Podman does not show an image's variant, so that alone changes nothing.
    type: str
  os:
    description:
      - The operating system of the image, see O(platform).
    type: str
  arch:
    description:
      - The architecture of the image, see O(platform).
    type: str
  variant:
    description:
      - The variant of that architecture, see O(platform).
    type: str
  label:
    description: Labels, as a map.
    type: dict
    aliases: [labels]
  label_file:
    description:
      - Files on the host with C(NAME=VALUE) lines, which become labels. O(label) outweighs them, and a later file an earlier one.
    type: list
    elements: path
  annotation:
    description: Annotations for the runtime, as a map.
    type: dict
    aliases: [annotations]
  auto_update:
    description:
      - Whether C(podman auto-update) renews it. V(registry) looks for a newer image in the registry, V(local) for another one of that name on the
        host. V(disabled), which is meant when it is left out, does neither.
      - It is the label C(io.containers.autoupdate). Podman only updates what runs in a systemd unit, and fails for what does not, so it wants
        C(runtime=systemd), and a task with another runtime warns. M(rootless.podman.auto_update) runs it, and so does a
        timer of the role P(rootless.podman.rootless_host#role).
      - B(Podman goes back from a bad image only when it hears of it). That takes a declared C(healthcheck) and Podman 5.0 or newer, by which the unit
        waits until the container is healthy. Its service then has as long as the check may need to give up, at least two minutes and at most 15.
        With C(healthcheck_failure_action=kill) it ends at once.
      - V(registry) needs an image with the name of its registry, and a tag.
    type: str
    choices: [registry, local, disabled]
  requires:
    description:
      - Names of containers that Podman starts before this one.
      - They can then only be replaced together with this one, by one task of M(rootless.podman.pod). Where both live in units they may also be
        replaced alone, and systemd starts this one again with them.
    type: list
    elements: str
  init_ctr:
    description:
      - Makes it an init container of its pod. It has to end before the other containers start. V(always) is at every start of the pod, V(once) at
        the first alone, after which Podman removes it. Only in a pod.
      - Podman takes no init container while the pod runs, so the pod is made anew when this one changes.
    type: str
    choices: [once, always]
    aliases: [init_container_type]
  restart_policy:
    description:
      - When Podman starts the container again after it has ended, V(no), V(on-failure) (V(on-failure:5) tries five times), V(always) or
        V(unless-stopped). V(no) when left out.
      - B(Only) V(always) B(brings it back after a reboot), by C(podman-restart.service) of the account, which M(rootless.podman.user) switches on.
      - Changed in place with Podman 5.1 or newer.
    type: str
  rm:
    description:
      - Remove it when it ends. The next run with O(state=started) makes a new one.
      - Anonymous volumes go with it.
    type: bool
    aliases: [remove, auto_remove]
  rmi:
    description:
      - When it is removed because of O(rm), which it needs beside it, remove its image as well, if nothing else uses it.
      - Needs Podman 5.3 or newer.
    type: bool
  systemd:
    description:
      - Whether it is prepared for systemd as its process, with file systems in memory where systemd wants them and another stop signal. V(true),
        which is meant when it is left out, does so when the command is systemd, V(always) in any case. Quote them.
    type: str
    choices: ["true", "false", always]
  sdnotify:
    description:
      - Who tells systemd that it is ready, when a unit runs it. V(container) passes the socket on to it, V(conmon) says so when it has started,
        V(healthy) when it has become healthy, V(ignore) says nothing. Without a unit it makes no difference.
      - V(healthy) is taken from Podman 4.7 on, and beside a health check.
    type: str
    choices: [container, conmon, healthy, ignore]
  log_driver:
    description: Where its output goes, V(journald), V(k8s-file), V(none) or V(passthrough). Podman's own default when left out.
    type: str
  log_opt:
    description:
      - Options of O(log_driver), as a map or as a list of C(NAME=VALUE). C(path) is the file of V(k8s-file), C(max_size) the size at which it begins
        anew (V(10m)), C(tag) what V(journald) adds to each line.
    type: raw
    aliases: [log_options]
  conmon_pid_file:
    description:
      - The file on the host that gets the process number of the container's monitor.
    type: str
    aliases: [conmon_pidfile]
"""

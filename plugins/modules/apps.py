#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apps
short_description: All apps of a host, declared and converged in one call
version_added: 0.1.0
description:
  - Brings every app of a list to what it declares. An app is an account of its own and, in it, images, networks, volumes, secrets, files, pods and
    containers. One call does it for the whole host, however many apps there are.
  - Everything is checked before anything is touched. A mistake anywhere ends the task with one sentence that names the app, the kind, the name
    and the option, such as C(apps[shop].containers[web].publish).
  - Accounts and their ranges come first, one after the other. Then all accounts are at work at the same time. Within an app the order is logins, images,
    networks, volumes, secrets, files, and then pods and containers in the order of their C(depends_on).
  - Each object is compared, changed in place, replaced or left alone just as by its own module, and has the options of that module.
  - Pods and containers are hardened as by P(rootless.podman.hardened#filter), so no capabilities, no new privileges, a read-only root file
    system, ids that no account owns, ports on the loopback address. Each relaxation is a line in the app.
  - Within an app all new containers are made before any old one stops. When one of them does not start, become healthy or complete, all containers
    of that app are put back as they were. Pods that were made anew before that stay new, and so do images, networks, volumes, secrets and files.
    With V(systemd) as C(runtime) they follow one after the other instead, but for new ones that do not depend on each other, which start
    side by side, and units that were changed are put back. A container that moved
    into its unit stays there, and one that completed stays completed. When containers leave their units, these go first, and come back when the
    app does not start.
    B(The other apps go on.) The task fails at the end and says what failed where.
  - What is made carries the label C(rootless.podman.app) with the app's name. An object that is there already, and is as declared, is taken over
    as it is, without that label.
options:
  apps:
    description:
      - The apps. Each is a map with these keys, of which only C(name) is needed.
      - C(name) is the app's name, of up to 63 letters, digits, C(_), C(.) and C(-).
      - C(state) is V(present), the default, or V(absent). V(absent) removes the app's containers, pods, networks and files, whether the task names them
        or not. B(Volumes, secrets, images and the account stay.) So does a network, or with C(remove_data) a volume, that a container of another
        app uses, with a warning. It goes with the first run after that.
      - C(state) can also be V(rolled_back), which brings the app back to a release that is kept on the host, by the same road as a declaration. What the
        task declares beside C(name), C(user) and C(account) is checked and otherwise not used. Containers, pods, networks and files that the release did
        not have go, whatever O(prune) says. B(Volumes, their data, and secrets are left as they are.)
      - C(release) goes with V(rolled_back) and is the number of a release. Without it B(the app goes back to the release that the newest one replaced),
        whichever is current, so a second run finds nothing to do. Name a number to go further back, or forward again.
      - C(keep_releases) is how many releases are kept beside the newest, 5 by default. The current one, and the one before the newest, are kept in
        addition (the latter not with 0).
      - C(user) is the account of the app, its name by default. Several apps can share one.
      - C(runtime) says where the app's containers and pods live, as of M(rootless.podman.container) and M(rootless.podman.pod), instead of
        O(runtime). An app that goes back with V(rolled_back), and does not say it, stays where it lives.
      - C(account) holds options of M(rootless.podman.user) for that account, such as C(uid), C(home) and C(ranges).
      - C(images), C(networks), C(volumes) and C(secrets) are lists of maps with the options of M(rootless.podman.image), M(rootless.podman.network),
        M(rootless.podman.volume) and M(rootless.podman.secret). An image that is merely pulled need not be listed. Containers pull it.
      - C(logins) is a list of maps with the options of M(rootless.podman.login), for the registries of its images. They come before the images. They
        belong to the account, so a login that is taken out stays until it is declared with C(state=absent).
      - C(pods) and C(containers) are lists of maps with the options of M(rootless.podman.pod) and M(rootless.podman.container), but for C(definition). The
        containers of a pod stand in that pod's C(containers). A container that is declared in another pod, or in none, moves there under its own name.
        A pod that is not declared any more goes with O(prune), and only then can its containers be declared elsewhere in units.
      - C(depends_on) of a pod or container is a list of names of others in the same app, or a map from names to conditions, as compose files have
        it. The condition V(started) waits until the other one has proved that it runs, V(healthy) until its health check is good, V(completed)
        until it has ended with exit code 0. C(service_healthy) and the like are understood.
      - B(A container that others want completed runs once for each declaration.) It is not started again while it is there, has ended with exit
        code 0, and neither its options nor its image have changed. Another content of a file that it mounts does not count. When it fails, what
        depends on it is not touched. It gets no restart policy, and C(wait_timeout) says how long it may take.
      - C(deploy) of a container is V(replace), where the old one stops before the new one starts, or V(blue_green), where the new one starts beside the
        old one and gets its traffic when it has proved itself. V(blue_green) is the default of a container that has C(switch), and only that can have
        it. It is for stateless web servers. What two versions cannot share at the same time is refused, such as volumes that can be written, ports of
        its own and fixed addresses.
      - C(switch) of a container is a map that makes another container before it, called NAME-switch, in which HAProxy owns the published port and sends
        requests on. C(image) is an image with HAProxy 2.6 or later in its path, such as C(docker.io/library/haproxy:3.0). C(publish) is C([ADDRESS:]PORT)
        of the host, on the loopback address where none is written. C(port) is the port inside the container that it serves. C(check) is the path
        of an HTTP request that answers with a status from 200 to 399 when the version is good. C(drain_timeout), V(30s) by default, is how long the old
        version has for the requests that it still answers.
      - A deploy beside the old one makes and starts the new one, waits until Podman's own health check, if it has one, and C(check) through the switch
        are good, sends all new requests to it, waits until the old one has none left, and stops that. Until the requests move, whatever
        fails takes only the new one away. B(A bad version never gets a request, and the old one is never touched.) When a later step of the app fails,
        the old one starts again and leads before the new one goes.
      - With C(switch), what would start a container again (another content of a file or secret, C(force_restart)) is a deploy as well. The switch itself
        is replaced when its C(image), C(publish) or network changes, which costs a moment without an answer, and so does adding C(switch) to a container
        that published the port itself. Another C(port) costs nothing. A switch that is taken out goes; should what then takes its port fail, it
        runs again. It speaks HTTP/1.1 and WebSocket, leaves headers as they are, and has no time limit of its own below an hour. In the app's
        network the name of the container leads to the switch too.
      - C(files) are files in the folder C(apps/NAME) of the account's home, which is closed to all other accounts. Each has C(path) below that folder,
        C(content), and if need be C(mode), V('0644') by default, C(owner) and C(group). Instead of C(content) it can have C(src), a text file on the
        B(controller), or C(template), a template there, which are looked for and decrypted as by M(ansible.builtin.copy) and
        M(ansible.builtin.template). Owner and group are ids B(inside the container), so V(70) is the user 70 of the container that mounts the
        file. Without them the file belongs to the account, which is nobody inside, so the container can read and not write it.
        With C(secret) its content is kept in no release, so going back leaves that file as it is. Say so of what comes out of a vault.
      - In the C(volume) and C(mount) of a pod or container of the app, a source that begins with C(./) lies in that folder, such as
        V(./nginx.conf:/etc/nginx/nginx.conf:ro). A container is started again when a file that it mounts has got another content.
      - C(hooks) is a map of C(before), C(after) and C(failed), lists of commands that are run in running containers of the app, one after the other,
        B(only when its pods or containers change). Each has C(container), C(command) and, if need be, C(env), C(container_user), C(workdir), C(timeout) in
        seconds (120) and C(expect), the exit codes that are good (V([0])). C(before) runs in what is there before the change, such as a dump of a
        database, and is passed over in containers that do not run yet. When it fails nothing is stopped. C(after) runs when all containers have proved
        themselves, and when it fails the task fails, B(but the change stays), and the next run calls it again. What must decide whether a new version
        stays is a health check, or a container that has to complete. C(failed) runs when the change failed, after what was there has been put back.
      - C(prune_data) is a map of C(volumes) and C(secrets), lists of names. These are removed B(with their data) if the app declared them once.
      - C(remove_data) goes with V(absent). When it is true the volumes of the app are exported, then removed, and its secrets with them. The account goes too,
        unless it has other objects, holds other files in its home, or has a shell for people to log in.
    type: list
    elements: dict
    required: true
  prune:
    description:
      - Also remove containers, pods, networks and files which an app of the list declared before and no longer does, or which carry its label.
      - What another app of the same account declares is left alone, also when the task does not name that app.
      - Volumes and secrets are never removed by this. Name them in C(prune_data) of their app.
      - Without this they stay, and go on running.
    type: bool
    default: false
  runtime:
    description:
      - Where the containers and pods of those apps live that have no C(runtime) of their own.
      - With V(podman) Podman has them, and C(podman-restart.service) starts those again at boot that have a restart policy.
      - With V(systemd) they have Quadlet units of the account's systemd, which starts them in the order of C(depends_on) at boot, when the network is
        there. What they log is found with C(journalctl -t NAME), the app's name. Needs Podman 4.6, and 5.0 for pods. Releases, C(hooks) and
        C(depends_on) are the same.
      - B(Two kinds of containers have no unit with V(systemd)) and stay in Podman's hands, in their place among the others. One that others want
        completed would run again at each boot. One with C(deploy=blue_green), and its switch, change names while both versions run. These come
        last, so nothing in units can depend on them, and neither kind can share namespaces with what is in units.
      - V(auto) leaves an app where it lives. A new one lives in units where the host's Podman can have all of it there, and in Podman's hands
        otherwise. So no app moves because the host or this collection has become newer.
      - Moving an app, by naming the other one, stops and starts each of its containers once. Volumes, secrets and files stay.
    type: str
    choices: [auto, podman, systemd]
    default: auto
  export_to:
    description:
      - The folder on the host in which C(remove_data) makes a folder of the app and the moment, with a tar archive of each volume. The result says which.
      - Root makes it, and nobody else can look into what is kept there. M(rootless.podman.volume) with C(import) brings an archive back.
    type: path
    default: /var/lib/rootless.podman/exports
attributes:
  check_mode:
    support: full
    description:
      - Writes nothing, and returns the plan that a run would carry out, also for accounts that do not exist yet. What is built or pulled gets its ID
        only then, so of a new image the plan can only tell that containers follow it.
  diff_mode:
    support: full
    description: Shows each app's options before and after. Values that may be secret, and the content of files, are not shown.
notes:
  - Needs root (C(become)) unless every app belongs to the account that runs the task, exists, and has no C(account).
  - Values of secrets, passwords and contents of files are hidden in results and are not logged. A content of less than 8 characters is not
    hidden, because it could be part of anything.
  - B(On Podman before 5.0, give containers that are started again a network.) There a container with a user namespace of its own, as apps have it,
    with a restart policy and without C(networks) blocks its account's Podman when it ends and is started again
    (U(https://github.com/containers/podman/issues/21477)). A run that meets it waits until its time is over.
  - Where C(aardvark-dns) is older than 1.11, as on Debian 12, the names of containers are not answered for a moment whenever a container of their
    network starts or stops, because it opens its socket anew. Have an app that is told then that there is no such name ask again.
  - Tasks that work on the same account at the same time wait for each other, half an hour at most. Check mode waits for nobody.
  - When a run is killed half-way, run the task again. It completes what the killed one began. A deploy beside the old version that was killed leaves the
    requests with a version that has proved itself, also after a reboot.
  - The names that an app declared last are kept in its account's home. That is how a later run knows what it no longer declares.
  - When a run has changed what an app declares or which images it has, B(a release is kept), numbered. It holds the declaration with the contents of
    files, and images by digest, so that going back also works when a tag has moved on. A repair, an unchanged run, check mode and a run that failed
    keep none. As root they are in C(/var/lib/rootless.podman/releases/APP), or C(APP@USER) where the account is called otherwise, which only root can
    read. Without root they are in the account's home. The two do not see each other.
  - B(A release holds the values of C(env)), because going back without them would start something else. It never holds C(data) of secrets or passwords.
    A file with such a value in it is left out, and stays as it is when the app goes back. When any other option has such a value in it, the app cannot
    go back to that release, and the task says so. Values of less than 4 characters are only found when they are the whole value.
  - An image that was built on the host has no registry to come back from. Going back to it works until it is removed from the host, also by
    M(rootless.podman.prune), which does not know of releases. An image from a registry is pulled again by its digest.
  - What was deployed before releases were kept is in none. The first change after that is release 1.
seealso:
  - module: rootless.podman.container
  - module: rootless.podman.pod
  - module: rootless.podman.login
  - module: rootless.podman.user
  - plugin: rootless.podman.hardened
    plugin_type: filter
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: All apps of a host
  rootless.podman.apps:
    prune: true
    apps:
      - name: shop
        networks:
          - name: shop
        volumes:
          - name: shop-stock
        secrets:
          - name: shop-password
            data: correct horse battery
        files:
          - path: www/index.html
            content: |
              Open all day
          - path: stock.conf
            content: |
              shelves = 12
            owner: 70
            mode: "0400"
        containers:
          - name: shop-prepare
            image: docker.io/library/busybox:1.37
            command: [sh, -c, "cp /stock.conf /stock/now"]
            user: "70"
            volumes: ["shop-stock:/stock:U", "./stock.conf:/stock.conf:ro"]
          - name: shop-stock
            image: docker.io/library/busybox:1.37
            command: [sleep, infinity]
            init: true
            user: "70"
            volumes: ["shop-stock:/stock"]
            networks: [shop]
            healthcheck: test -s /stock/now
            healthcheck_interval: 5s
            depends_on:
              shop-prepare:
                condition: completed
          - name: shop-web
            image: docker.io/library/busybox:1.37
            command: [httpd, -f, -p, "80", -h, /www]
            init: true
            publish: ["8090:80"]
            volumes: ["./www:/www:ro"]
            secrets: [{name: shop-password, uid: 0, mode: "0400"}]
            networks: [shop]
            depends_on:
              shop-stock: healthy
        hooks:
          before:
            - {container: shop-stock, command: cp /stock/now /stock/before}
          after:
            - {container: shop-web, command: wget -q -O /dev/null http://127.0.0.1/}
      - name: blog
        account:
          comment: What we think
        pods:
          - name: blog
            publish: ["8091:8080"]
            containers:
              - name: blog-web
                image: docker.io/library/busybox:1.37
                command: [httpd, -f, -p, "8080", -h, /tmp]
                init: true

- name: A web server whose new versions come without a gap
  rootless.podman.apps:
    apps:
      - name: page
        networks:
          - name: page
        containers:
          - name: page-web
            image: docker.io/library/busybox:1.37
            command: [sh, -c, "mkdir /dev/shm/www; echo 1 > /dev/shm/www/index.html; exec httpd -f -p 8080 -h /dev/shm/www"]
            networks: [page]
            deploy: blue_green
            switch:
              image: docker.io/library/haproxy:3.0
              publish: 127.0.0.1:8092
              port: 8080
              check: /
              drain_timeout: 10s

- name: One app, and what it has no longer goes
  rootless.podman.apps:
    prune: true
    apps:
      - name: shop
        prune_data:
          volumes: [shop-stock]
        containers:
          - name: shop-web
            image: docker.io/library/busybox:1.37
            command: [httpd, -f, -p, "80", -h, /www]
            init: true

- name: An app goes, its data stays
  rootless.podman.apps:
    apps:
      - name: shop
        state: absent

- name: An app is deployed, and deployed again with a mistake
  rootless.podman.apps:
    apps:
      - name: corner
        containers:
          - name: corner-web
            image: docker.io/library/busybox:1.37
            command: [httpd, -f, -p, "80", -h, "{{ item }}"]
            init: true
  loop: [/etc, /tmp]

- name: It goes back to the release before
  rootless.podman.apps:
    apps:
      - name: corner
        state: rolled_back

- name: It goes
  rootless.podman.apps:
    apps:
      - name: corner
        state: absent
        remove_data: true

- name: Apps go with their data, which is exported first, and with their accounts
  rootless.podman.apps:
    export_to: /var/lib/rootless.podman/exports
    apps:
      - name: shop
        state: absent
        remove_data: true
      - name: blog
        state: absent
        remove_data: true
      - name: page
        state: absent
        remove_data: true
"""

RETURN = r"""
apps:
  description: What came of each app, in the order of the task. Also when the task fails.
  returned: unless the task was refused as a whole
  type: list
  elements: dict
  contains:
    name:
      description: The app.
      type: str
    user:
      description: Its account.
      type: str
    state:
      description: As the task declares it.
      type: str
    changed:
      description: Whether anything was done for it, or would be in check mode.
      type: bool
    plan:
      description:
        - What was done, in this order, or would be in check mode. Each step has C(action), C(kind), C(name), C(reasons) as those of
          M(rootless.podman.container), and C(seconds), the time that it took. The steps of an account share one time.
        - A deploy beside the old version is four steps, with the actions C(start_beside), C(switch), C(drain) and C(retire).
          C(reload) is another configuration of a switch.
        - Of an app that failed, what was to be done.
      type: list
      elements: dict
    duration:
      description: The seconds that the app took, without its account.
      type: float
    failed:
      description: Whether it is not as declared.
      type: bool
    msg:
      description: Why not, in one sentence.
      type: str
    step:
      description: The step that failed, with C(action), C(kind) and C(name). Only there when a step did.
      type: dict
    logs:
      description: The last lines of the container that did not prove itself. Only there when one did not.
      type: list
      elements: str
    rolled_back:
      description: What was put back, in one sentence. Only there when a step failed.
      type: str
    release:
      description:
        - The numbers of the releases C(from) which, and C(to) which the app went. Only there when a release was kept, and with V(rolled_back), where both
          are the same when there was nothing to do. C(from) is none for the first one.
      type: dict
    hooks:
      description:
        - The commands of C(hooks) that were run, each with its C(moment), C(container), exit code C(rc), and C(lines), the last 20 that it said. Only there
          when one was.
      type: list
      elements: dict
    exported:
      description: With C(remove_data), the C(folder) on the host and the names of the C(volumes) in it.
      type: dict
  sample:
    - name: shop
      user: shop
      state: present
      changed: true
      duration: 1.2
      failed: false
      msg: ""
      plan:
        - action: replace
          kind: container
          name: shop-web
          seconds: 0.8
          reasons:
            - {"option": "env", "why": "changed", "before": {"TZ": "(hidden)"}, "after": {"TZ": "(hidden)"}}
orphans:
  description: Apps that accounts of the host have and the task does not name, each with C(name) and C(user). Nothing is done to them.
  returned: unless the task was refused as a whole
  type: list
  elements: dict
  sample: [{"name": "old-shop", "user": "old-shop"}]
api_calls:
  description: How many requests were made to Podman, for all accounts together.
  returned: unless the task was refused as a whole
  type: int
  sample: 21
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._apps.task import ARGUMENTS, travel


def main() -> None:
    """Bring all apps of the host to what the task declares."""
    run(travel, ARGUMENTS)


if __name__ == "__main__":
    main()

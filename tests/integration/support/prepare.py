# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every host of these tests gets once: the collection, and a registry with a few tiny images."""

from __future__ import annotations

from pathlib import Path

from .host import Host

# As people write them; the host's own registry answers for docker.io.
BUSYBOX = "docker.io/library/busybox:1.37"
OLDER_BUSYBOX = "docker.io/library/busybox:1.36"
NGINX = "docker.io/library/nginx:1.27"
HAPROXY = "docker.io/library/haproxy:3.0"
IMAGES = {BUSYBOX: "busybox", OLDER_BUSYBOX: "busybox", NGINX: "nginx", HAPROXY: "haproxy"}
DONE = "/srv/tests/ready"


def prepare(host: Host) -> Host:
    """Make a host ready for the tests; a host that was kept from an earlier session only gets the collection anew."""
    host.stage()
    if host.run(f"cat {DONE}", check=False):
        return host
    host.run((Path(__file__).parent / "onhost" / "prepare.sh").read_text(encoding="utf-8"))
    host.good("user", name="builder")
    for image, file in IMAGES.items():
        # Without the cache: some versions of Buildah take two images for one that differ in a build argument of a label alone.
        arguments = f"--no-cache --build-arg VERSION={image.rpartition(':')[2]} --quiet --tag {image}"
        host.run_as("builder", f"podman build {arguments} --file /srv/tests/image/{file} /srv/tests/image")
        at_home = image.replace("docker.io", "localhost:5000")
        host.run_as("builder", f"podman push --quiet --tls-verify=false {image} {at_home}")
    host.remove_account("builder")
    host.run(f"echo yes > {DONE}")
    return host

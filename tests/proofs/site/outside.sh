#!/bin/sh
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Run on a host beside the site: makes the images of the site, what its registry holds, and has a browser and an ACME server to offer.
# Build contexts lie in /srv/images. Done once for a host.
set -eu
export DEBIAN_FRONTEND=noninteractive
[ ! -e /srv/out/ready ] || exit 0
apt-get -qq update
apt-get -qq -y install --no-install-recommends pebble docker-registry apache2-utils mmdebstrap chromium chromium-driver python3-selenium libnss3-tools >/var/log/outside 2>&1
mkdir -p /srv/images/debian /srv/out
cd /srv/images/debian
[ -e rootfs.tar ] || mmdebstrap --quiet --format=tar --variant=minbase --include=ca-certificates --skip=output/dev trixie rootfs.tar
cat > /etc/docker/registry/config.yml <<'YML'
version: 0.1
storage:
  filesystem:
    rootdirectory: /var/lib/docker-registry
http:
  addr: 127.0.0.1:5000
YML
systemctl restart docker-registry
cat > /etc/containers/registries.conf.d/50-site.conf <<'CONF'
[[registry]]
location = "localhost:5000"
insecure = true
CONF
chmod -R a+rX /srv/images
session=/run/user/$(id -u builder)
builder() {
    su -s /bin/sh builder -c "cd /; export XDG_RUNTIME_DIR=$session DBUS_SESSION_BUS_ADDRESS=unix:path=$session/bus; podman $*"
}
build() {
    builder build --quiet --tag "$2" "/srv/images/$1"
}
build debian localhost/debian:trixie
for name in registry caddy haproxy postgresql miniflux mariadb wordpress; do
    build "$name" "localhost:5000/site/$name:1"
    [ "$name" = registry ] ||
        builder push --quiet "localhost:5000/site/$name:1"
done
chown builder /srv/out
[ -e /srv/out/registry.tar ] || builder save --quiet --output /srv/out/registry.tar localhost:5000/site/registry:1
# As the compose file calls them.
builder push --quiet localhost:5000/site/mariadb:1 localhost:5000/site/mariadb:11.4
builder push --quiet localhost:5000/site/wordpress:1 localhost:5000/site/wordpress:6.8-apache
tar -C /var/lib/docker-registry -cf /srv/out/images.tar --owner=0 --group=0 --numeric-owner docker
touch /srv/out/ready

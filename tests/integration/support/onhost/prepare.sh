#!/bin/sh
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Run on a host by support/prepare.py: a registry of the host's own that answers for docker.io, so that tests and examples
# pull images by the names that people use, and no test needs the network; and a folder to build these images from.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y install --no-install-recommends busybox-static docker-registry python3-jmespath haproxy >/dev/null 2>&1

cat > /etc/docker/registry/config.yml <<'END'
version: 0.1
storage:
  filesystem:
    rootdirectory: /var/lib/docker-registry
http:
  addr: :5000
END
systemctl restart docker-registry

cat > /etc/containers/registries.conf.d/50-tests.conf <<'END'
[[registry]]
prefix = "docker.io"
location = "localhost:5000"
insecure = true
END

root=/srv/tests/image/root
mkdir -p $root/bin $root/etc $root/tmp $root/www $root/usr/share/nginx/html
chmod 1777 $root/tmp
cp /bin/busybox $root/bin/busybox
for name in $(/bin/busybox --list); do
    [ "$name" = busybox ] || ln -sf busybox "$root/bin/$name"
done
cat > $root/etc/passwd <<'END'
root:x:0:0:root:/:/bin/sh
nginx:x:101:101:nginx:/:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/sh
END
cat > $root/etc/group <<'END'
root:x:0:
nginx:x:101:
nobody:x:65534:
END
echo 'It works' > $root/www/index.html
echo 'Welcome to nginx' > $root/usr/share/nginx/html/index.html

# Stopped by SIGKILL: as process 1 busybox hears no other signal, and every stop would take ten seconds.
cat > /srv/tests/image/busybox <<'END'
FROM scratch
ARG VERSION
COPY root /
LABEL version=$VERSION
STOPSIGNAL SIGKILL
CMD ["sh"]
END
# Port 80 where that is allowed, as nginx has it, and 8080 always.
cat > /srv/tests/image/nginx <<'END'
FROM docker.io/library/busybox:1.37
ARG VERSION
LABEL version=$VERSION
EXPOSE 80
CMD ["sh", "-c", "httpd -p 80 -h /usr/share/nginx/html; exec httpd -f -p 8080 -h /usr/share/nginx/html"]
END
# HAProxy as Debian's package has it, with the libraries that it needs.
systemctl disable --now haproxy >/dev/null 2>&1
for file in /usr/sbin/haproxy $(ldd /usr/sbin/haproxy | grep -o '/[^ ]*'); do
    mkdir -p "/srv/tests/image/haproxy-root$(dirname "$file")"
    cp -L "$file" "/srv/tests/image/haproxy-root$file"
done
cat > /srv/tests/image/haproxy <<'END'
FROM scratch
ARG VERSION
COPY haproxy-root /
ENV PATH=/usr/sbin:/usr/bin
LABEL version=$VERSION
CMD ["haproxy", "-W", "-db", "-f", "/etc/haproxy/haproxy.cfg"]
END
chmod -R a+rX /srv/tests

# As the role does it: units wait 90 seconds where nothing starts this target. Wanted at boot too, for the tests that reboot.
mkdir -p /etc/systemd/system/multi-user.target.wants
ln -sf /usr/lib/systemd/system/network-online.target /etc/systemd/system/multi-user.target.wants/network-online.target
systemctl start network-online.target

# As the role does it where it brings Podman: Debian 12 enables a socket of root's own, on which the role fails.
systemctl disable --now --quiet podman.socket podman.service 2>/dev/null || true

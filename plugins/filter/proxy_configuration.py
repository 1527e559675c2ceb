# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of a reverse proxy, as a filter on routes."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.rootless.podman.plugins.plugin_utils._proxy import (
    RefusedError,
    Settings,
    configuration,
)

DOCUMENTATION = r"""
name: proxy_configuration
short_description: Make the configuration of the reverse proxy out of routes
version_added: 0.1.0
author:
  - The rootless.podman contributors (@rootless-podman)
description:
  - Takes routes as apps declare them, and returns what the web server Caddy reads as its configuration, as data.
  - It is what the role C(rootless_proxy) gives to its container, and there to be looked at.
  - B(The result holds the private keys of certificates that routes give.)
positional: _input
options:
  _input:
    description:
      - The routes. Each has C(domain), a name or a list of names, and C(port), a port on the loopback address of the host, or C(to), an C(ADDRESS:PORT)
        elsewhere. C(path) is the path below which it holds, all when left out, and C(strip) says whether the app sees requests without it. C(tls) says
        how the domain gets its certificate. It is V(acme), V(internal), V(none) for plain HTTP, or a map with C(certificate) and C(key) as PEM text.
      - The longest path of a domain that fits wins.
    type: list
    elements: dict
    required: true
  loopback:
    description: The address at which the proxy finds the loopback address of its host.
    type: str
    default: 127.0.0.1
  tls:
    description: C(tls) of routes that do not say.
    type: raw
    default: acme
  http:
    description: Where the proxy listens for HTTP, as Caddy writes it.
    type: list
    elements: str
    default: [":80"]
  https:
    description: Where the proxy listens for HTTPS, as Caddy writes it.
    type: list
    elements: str
    default: [":443"]
  http_port:
    description: The port that clients use for HTTP.
    type: int
    default: 80
  https_port:
    description: The port that clients use for HTTPS.
    type: int
    default: 443
  acme_ca:
    description: The directory URL of the certificate authority. Caddy's own choice when empty.
    type: str
    default: ""
  acme_email:
    description: The address that the certificate authority may write to.
    type: str
    default: ""
  acme_root:
    description: Whether the certificate authority itself has to be verified by the file C(/etc/proxy/acme-root.pem) in the container.
    type: bool
    default: false
  acme_eab:
    description: C(key_id) and C(mac_key) of an account with the certificate authority, where it wants one.
    type: dict
    default: {}
  trusted_proxies:
    description: Networks of proxies before this one, whose word on the client's address is believed.
    type: list
    elements: str
    default: []
  retry:
    description: How long a request waits for an app that does not listen.
    type: str
    default: 5s
  grace:
    description: How long requests have that are being answered when the configuration changes or the proxy stops.
    type: str
    default: 30s
  settle:
    description:
      - How long listeners that the next configuration does not have go on before they are closed. Answers close their connections meanwhile. Not at
        all when empty.
    type: str
    default: ""
  proxy_protocol:
    description:
      - Whether connections begin with a header of the PROXY protocol, which tells the address of the client. Caddy believes it from Unix sockets.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Look at what Caddy would be told
  ansible.builtin.debug:
    msg: "{{ [{'domain': 'news.example.com', 'port': 8080}] | rootless.podman.proxy_configuration(tls='internal') }}"
"""

RETURN = r"""
_value:
  description: The configuration of Caddy.
  type: dict
"""


def proxy_configuration(routes: Any, **settings: Any) -> dict[str, Any]:
    """What Caddy reads for these routes."""
    if not isinstance(routes, list):
        raise AnsibleFilterError(
            f"proxy_configuration: a list of routes is needed, not {type(routes).__name__}"
        )
    try:
        return configuration(routes, Settings(**settings))
    except (RefusedError, TypeError) as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Their names."""
        return {"proxy_configuration": proxy_configuration}

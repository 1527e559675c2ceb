# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of a reverse proxy: routes of apps become what Caddy reads as JSON (pure)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

KEYS = ("domain", "path", "port", "to", "strip", "tls")
# How a domain gets its certificate; a map with the two texts is the fourth way.
ACME, INTERNAL, NONE = "acme", "internal", "none"
TLS_FORM = f"{ACME}, {INTERNAL}, {NONE}, or a map with certificate and key"
DOMAIN = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PATH = re.compile(r"/[A-Za-z0-9._~!$&'()+,;=:@%/-]*")
TARGET = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")
ADMIN = "unix//run/proxy/admin.sock"
ROOTS = "/etc/proxy/acme-root.pem"
# How long a WebSocket may outlive the routes that it was opened by.
STREAMS = "24h"

Map = dict[str, Any]


class RefusedError(ValueError):
    """A route or setting that cannot be meant, as one sentence."""


@dataclasses.dataclass(frozen=True)
class Route:
    """Where requests for one domain, below one path, go."""

    domain: str
    path: str
    target: str
    strip: bool
    tls: str
    certificate: str = ""
    key: str = ""


@dataclasses.dataclass(frozen=True)
class Settings:
    """What holds for the whole proxy."""

    loopback: str = "127.0.0.1"
    tls: Any = ACME
    http: Sequence[str] = (":80",)
    https: Sequence[str] = (":443",)
    http_port: int = 80
    https_port: int = 443
    acme_ca: str = ""
    acme_email: str = ""
    acme_root: bool = False
    acme_eab: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    trusted_proxies: Sequence[str] = ()
    retry: str = "5s"
    grace: str = "30s"
    settle: str = ""
    proxy_protocol: bool = False


def configuration(declared: Sequence[Any], settings: Settings) -> Map:
    """What Caddy reads. Raises RefusedError."""
    routes = list(_routes(declared, settings))
    _without_contradictions(routes)
    # The longer path is the narrower one, and Caddy takes the first that fits.
    routes.sort(key=lambda route: (route.domain.startswith("*"), route.domain, -len(route.path)))
    secure = [route for route in routes if route.tls != NONE]
    plain = [route for route in routes if route.tls == NONE]
    given = {route.domain: route for route in secure if route.certificate}
    nobody = {"handle": [{"handler": "static_response", "status_code": 404}]}
    server: Map = {"protocols": ["h1", "h2"]}
    if settings.proxy_protocol:
        server["listener_wrappers"] = [{"wrapper": "proxy_protocol"}, {"wrapper": "tls"}]
    first = [_closing()] if settings.settle else []
    servers = {
        "http": {
            **server,
            "listen": list(settings.http),
            "automatic_https": {"disable": True},
            "routes": [
                *first,
                *(_proxied(route, settings) for route in plain),
                *_to_https(secure, settings),
                nobody,
            ],
        },
        # Also without a domain for it: what passes connections on would wait for somebody to listen.
        "https": {
            **server,
            "listen": list(settings.https),
            "automatic_https": {"disable_redirects": True, "skip_certificates": sorted(given)},
            "tls_connection_policies": [{}],
            "routes": [*first, *(_proxied(route, settings) for route in secure), nobody],
        },
    }
    return {
        "admin": {"listen": ADMIN, "config": {"persist": False}},
        "apps": {
            "http": {
                "http_port": settings.http_port,
                "https_port": settings.https_port,
                "grace_period": settings.grace,
                **({"shutdown_delay": settings.settle} if settings.settle else {}),
                "servers": servers,
            },
            "tls": _tls(secure, given, settings),
            "pki": {"certificate_authorities": {"local": {"install_trust": False}}},
        },
    }


def _routes(declared: Sequence[Any], settings: Settings) -> Iterator[Route]:
    for each in declared:
        if not isinstance(each, Mapping):
            raise RefusedError(f"routes: {each!r} was given, and a map with domain and port is needed.")
        domains = each.get("domain")
        listed = [domains] if isinstance(domains, str) else list(domains or [""])
        unknown = sorted(set(each) - set(KEYS))
        if unknown:
            raise RefusedError(
                f"routes of {listed[0]}: {unknown[0]} is no key of a route; they are {', '.join(KEYS)}."
            )
        for domain in listed:
            yield _route(f"routes of {domain}: ", str(domain), each, settings)


def _route(where: str, domain: str, each: Mapping[str, Any], settings: Settings) -> Route:
    if len(domain) > 253 or not DOMAIN.fullmatch(domain):
        raise RefusedError(
            f"{where}domain: {domain!r} was given, and a name such as shop.example.com is needed, in small letters."
        )
    path = str(each.get("path") or "/")
    if not PATH.fullmatch(path):
        raise RefusedError(
            f"{where}path: {path!r} was given, and a path that begins with / is needed, without * and ?."
        )
    tls, certificate, key = _certificate(f"{where}tls", each.get("tls", settings.tls))
    if tls == ACME and domain.startswith("*"):
        raise RefusedError(
            f"{where}domain: {domain} with tls: acme needs a challenge over DNS, which is not done here; name each domain, or give a certificate."
        )
    return Route(
        domain=domain,
        path=path.rstrip("/"),
        target=_target(where, each, settings),
        strip=str(each.get("strip", False)).lower() in ("true", "yes", "1"),
        tls=tls,
        certificate=certificate,
        key=key,
    )


def _target(where: str, each: Mapping[str, Any], settings: Settings) -> str:
    port, target = each.get("port"), each.get("to")
    if (port is None) == (target is None):
        raise RefusedError(
            f"{where}port: either port, of the host's loopback address, or to (ADDRESS:PORT) is needed."
        )
    text = f"{settings.loopback}:{port}" if target is None else str(target)
    found = TARGET.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 65535:
        named = "port" if target is None else "to"
        raise RefusedError(
            f"{where}{named}: {each[named]!r} was given, and {'a port' if target is None else 'ADDRESS:PORT'} is needed."
        )
    return text


def _certificate(where: str, tls: Any) -> tuple[str, str, str]:
    if tls in (ACME, INTERNAL, NONE):
        return str(tls), "", ""
    # YAML reads a bare word for nothing as null or false.
    if isinstance(tls, Mapping) and set(tls) == {"certificate", "key"}:
        certificate, key = str(tls["certificate"]), str(tls["key"])
        if "-----BEGIN CERTIFICATE-----" not in certificate:
            raise RefusedError(
                f"{where}.certificate: PEM text that begins with -----BEGIN CERTIFICATE----- is needed."
            )
        if "PRIVATE KEY-----" not in key:
            raise RefusedError(f"{where}.key: PEM text of a private key is needed.")
        return "given", certificate, key
    shown = "a map" if isinstance(tls, Mapping) else repr(tls)
    raise RefusedError(f"{where}: {shown} was given, and {TLS_FORM} is needed.")


def _without_contradictions(routes: Sequence[Route]) -> None:
    seen: dict[tuple[str, str], Route] = {}
    ways: dict[str, Route] = {}
    for route in routes:
        if (route.domain, route.path) in seen:
            raise RefusedError(
                f"routes: {route.domain}{route.path or '/'} is declared twice; take one away, or give it another path."
            )
        seen[route.domain, route.path] = route
        other = ways.setdefault(route.domain, route)
        if (other.tls, other.certificate, other.key) != (route.tls, route.certificate, route.key):
            raise RefusedError(
                f"routes: {route.domain} has routes with different tls, and a domain has one; give all of them the same."
            )


def _closing() -> Map:
    """While other listeners have taken over: kept connections move there with their next answer, and need not be closed in the client's face."""
    # An answer that changes the protocol has a Connection header of its own.
    ending = {"vars": {"{http.shutting_down}": ["true"]}, "not": [{"header": {"Upgrade": ["*"]}}]}
    return {
        "match": [ending],
        "handle": [{"handler": "headers", "response": {"set": {"Connection": ["close"]}}}],
    }


def _matched(route: Route) -> Map:
    matched: Map = {"host": [route.domain]}
    if route.path:
        matched["path"] = [route.path, f"{route.path}/*"]
    return matched


def _proxied(route: Route, settings: Settings) -> Map:
    handlers: list[Map] = []
    if route.strip and route.path:
        handlers.append({"handler": "rewrite", "strip_path_prefix": route.path})
    proxy: Map = {"handler": "reverse_proxy", "upstreams": [{"dial": route.target}]}
    # An app that is being replaced is not there for a moment; nothing has been sent to it yet.
    proxy["load_balancing"] = {"try_duration": settings.retry, "try_interval": "100ms"}
    # A WebSocket stays with the configuration that it was opened by, which Caddy would close it for.
    proxy["stream_close_delay"] = STREAMS
    if settings.trusted_proxies:
        proxy["trusted_proxies"] = list(settings.trusted_proxies)
    return {"match": [_matched(route)], "handle": [*handlers, proxy], "terminal": True}


def _to_https(secure: Sequence[Route], settings: Settings) -> Iterator[Map]:
    if not secure:
        return
    port = "" if settings.https_port == 443 else f":{settings.https_port}"
    answer = {
        "handler": "static_response",
        "status_code": 308,
        "headers": {"Location": [f"https://{{http.request.host}}{port}{{http.request.uri}}"]},
    }
    domains = list(dict.fromkeys(route.domain for route in secure))
    yield {"match": [{"host": domains}], "handle": [answer], "terminal": True}


def _tls(secure: Sequence[Route], given: Mapping[str, Route], settings: Settings) -> Map:
    found: Map = {"automation": {"policies": []}}
    if given:
        found["certificates"] = {
            "load_pem": [{"certificate": route.certificate, "key": route.key} for route in given.values()]
        }
    for way, issuer in ((ACME, _acme(settings)), (INTERNAL, {"module": "internal"})):
        domains = list(dict.fromkeys(route.domain for route in secure if route.tls == way))
        if domains:
            found["automation"]["policies"].append({"subjects": domains, "issuers": [issuer]})
    return found


def _acme(settings: Settings) -> Map:
    issuer: Map = {"module": "acme"}
    if settings.acme_ca:
        issuer["ca"] = settings.acme_ca
    if settings.acme_email:
        issuer["email"] = settings.acme_email
    if settings.acme_root:
        issuer["trusted_roots_pem_files"] = [ROOTS]
    if settings.acme_eab:
        issuer["external_account"] = dict(settings.acme_eab)
    return issuer

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A web server that ends at once, whatever it is answering, when it is told to stop. Run in a container of the load proof."""

from __future__ import annotations

import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Tells its version, after two seconds where the path says slow."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer."""
        sick = self.path == "/healthz" and "SICK" in os.environ
        if self.path == "/slow":
            time.sleep(2.0)
        body = os.environ.get("VERSION", "").encode()
        self.send_response(500 if sick else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *words: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Takes many connections at once."""

    daemon_threads = True
    request_queue_size = 256


if "DIES" in os.environ:
    sys.exit("this version does not even start")
signal.signal(signal.SIGTERM, lambda *_what: os._exit(1))
Server(("", 8080), Handler).serve_forever()

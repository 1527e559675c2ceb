# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry that breaks off in the middle of every blob; the rest it has from the host's own. half_registry.py PORT."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SOURCE = "http://localhost:5000"


class HalfRegistry(BaseHTTPRequestHandler):
    """Answers as the source does, but of a blob sends the first half and hangs up."""

    def do_GET(self) -> None:
        asked = urllib.request.Request(
            SOURCE + self.path, headers={"Accept": self.headers.get("Accept", "*/*")}, method=self.command
        )
        try:
            with urllib.request.urlopen(asked) as answer:
                status, headers, body = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, headers, body = error.code, error.headers, error.read()
        self.send_response(status)
        for name in ("Content-Type", "Docker-Content-Digest", "Docker-Distribution-Api-Version"):
            if headers.get(name):
                self.send_header(name, headers[name])
        self.send_header("Content-Length", headers.get("Content-Length") or str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if "/blobs/" in self.path else body)
        self.close_connection = True

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), HalfRegistry).serve_forever()

# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sources that lie in the app's folder."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._apps.placed import placed


@pytest.mark.parametrize(
    ("raw", "becomes"),
    [
        ({"volumes": ["./a/b:/b:ro"]}, {"volumes": ["/f/a/b:/b:ro"]}),
        ({"volume": "./a:/b"}, {"volume": "/f/a:/b"}),
        ({"volume": [".:/all"]}, {"volume": ["/f:/all"]}),
        ({"volume": ["data:/data", "/x:/x", "/anonymous", 3]}, {"volume": ["data:/data", "/x:/x", "/anonymous", 3]}),
        ({"mounts": ["type=bind,source=./a,target=/a"]}, {"mounts": ["type=bind,source=/f/a,target=/a"]}),
        ({"mount": [{"type": "bind", "src": "./a", "target": "/a"}]}, {"mount": [{"type": "bind", "src": "/f/a", "target": "/a"}]}),
        ({"mount": ["type=bind,src=.hidden,target=/a"]}, {"mount": ["type=bind,src=.hidden,target=/a"]}),
        ({"image": "./x"}, {"image": "./x"}),
    ],
)  # fmt: skip
def test_only_what_begins_with_a_dot_and_a_slash(raw: Any, becomes: Any) -> None:
    assert placed(raw, "/f") == becomes
